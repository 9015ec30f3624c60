"""Busy time as PostgreSQL packs it, made a set of cells without one datetime.

A stretch is two big-endian 64-bit numbers, start and end, in microseconds since 2000
(`timestamptz_send`), whole days of them after one another.
"""

import sys
from array import array
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from scheduling.domain.grid import CELL, Grid

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CELL = CELL // _MICROSECOND

# No stretch is over 24 hours: widened to the grid it is 290 cells at most, so that
# one which begins in a block ends in it or in the next.
_BLOCK = 304  # a multiple of 8, so that blocks join as bytes
_RUNS = [(1 << length) - 1 for length in range(_BLOCK)]
_PAIR_BYTES = 2 * _BLOCK // 8


def unpack(packed: bytes) -> list[tuple[int, int]]:
    """Start and end of each stretch."""
    marks = array("q", packed)
    if sys.byteorder == "little":
        marks.byteswap()
    return list(zip(marks[::2], marks[1::2], strict=True))


def to_cells(stretches: Collection[tuple[int, int]], grid: Grid) -> int:
    """The cells of the grid that these stretches touch; each meets the grid."""
    # One block early, as a stretch may begin before the grid.
    first = (grid.first - _EPOCH) // _MICROSECOND - _BLOCK * _CELL
    blocks = [0] * (grid.cells // _BLOCK + 3)
    for start, end in stretches:
        cell = (start - first) // _CELL
        length = -((first - end) // _CELL) - cell
        blocks[cell // _BLOCK] |= _RUNS[length] << cell % _BLOCK
    cells = _joined(blocks[::2]) | _joined(blocks[1::2]) << _BLOCK
    return cells >> _BLOCK & grid.full


def _joined(blocks: list[int]) -> int:
    return int.from_bytes(
        b"".join([block.to_bytes(_PAIR_BYTES, "little") for block in blocks]), "little"
    )
