"""Sizes of the faults: little in the suite, all of it by `./run bench faults`."""

import os

FULL = os.environ.get("CRESTPATH_FAULTS") == "full"


def size(suite: int, full: int) -> int:
    """The number for this run."""
    return full if FULL else suite
