"""Busy time as PostgreSQL packs it, made a set of cells without one datetime.

A stretch is two big-endian 32-bit numbers, its first cell and the one after its last,
counted from the grid's first instant; one stretch follows the other.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator

Stretch = tuple[int, int]

# No stretch is over 24 hours: widened to the grid it is 290 cells at most, so that
# one which begins in a block ends in it or in the next.
_BLOCK = 512  # 1 << 9
_PAIR = 2 * _BLOCK
_RUNS = [(1 << length) - 1 for length in range(_BLOCK)]


def unpack(packed: bytes) -> Iterator[Stretch]:
    """First cell and the one after the last of each stretch."""
    marks = array("i", packed)
    if sys.byteorder == "little":
        marks.byteswap()
    return zip(marks[::2], marks[1::2], strict=True)


def to_cells(stretches: Iterable[Stretch], cells: int) -> int:
    """The cells 0 … cells-1 that these stretches take; each meets these cells."""
    # One block more at the end, as index -1 is the one before the first. This runs
    # for every reservation there is, so it is short of names.
    blocks, runs = [0] * (2 * (cells // _PAIR) + 4), _RUNS
    for start, end in stretches:
        blocks[start >> 9] |= runs[end - start] << (start & 511)
    blocks.insert(0, blocks.pop())
    taken = _joined(blocks[::2]) | _joined(blocks[1::2]) << _BLOCK
    return taken >> _BLOCK & ((1 << cells) - 1)


def _joined(blocks: list[int]) -> int:
    """Blocks two apart, each of which may reach into the one after it."""
    return int.from_bytes(
        b"".join([block.to_bytes(_PAIR // 8, "little") for block in blocks]), "little"
    )
