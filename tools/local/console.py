"""Words for the person at the terminal, and the exit codes of every command."""

import sys

OK = 0
FAILED = 1
USAGE = 2
CANNOT_HERE = 3


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """Print to standard error at once."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
