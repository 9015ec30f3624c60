"""Busy time as PostgreSQL packs it, made a set of cells without one datetime.

A stretch is two big-endian 64-bit numbers, start and end, in microseconds since 2000
(`timestamptz_send`), whole days of them after one another.
"""

import sys
from array import array
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

from scheduling.domain.grid import CELL, Grid

Stretch = tuple[int, int]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CELL = CELL // _MICROSECOND

# No stretch is over 24 hours: widened to the grid it is 290 cells at most, so that
# one which begins in a block ends in it or in the next.
_BLOCK = 304  # a multiple of 8, so that blocks join as bytes
_RUNS = [(1 << length) - 1 for length in range(_BLOCK)]
_PAIR_BYTES = 2 * _BLOCK // 8


def unpack(packed: bytes) -> Iterator[Stretch]:
    """Start and end of each stretch."""
    marks = array("q", packed)
    if sys.byteorder == "little":
        marks.byteswap()
    return zip(marks[::2], marks[1::2], strict=True)


def to_cells(packed: bytes, grid: Grid, but: Collection[Stretch] = ()) -> int:
    """The cells of the grid that these stretches touch, except those of `but`.

    Each stretch meets the grid.
    """
    stretches = unpack(packed)
    if but:
        stretches = (stretch for stretch in stretches if stretch not in but)
    return _joined(_blocks(stretches, grid)) & grid.full


def _blocks(stretches: Iterator[Stretch], grid: Grid) -> list[int]:
    """Cells by the block they begin in, one block early: they may begin before the
    grid. This runs for every reservation there is, so it is short of names."""
    first = (grid.first - _EPOCH) // _MICROSECOND - _BLOCK * _CELL
    blocks, unit, size, runs = [0] * (grid.cells // _BLOCK + 3), _CELL, _BLOCK, _RUNS
    for start, end in stretches:
        cell = (start - first) // unit
        blocks[cell // size] |= runs[-((first - end) // unit) - cell] << cell % size
    return blocks


def _joined(blocks: list[int]) -> int:
    even, odd = _in_pairs(blocks[::2]), _in_pairs(blocks[1::2])
    return even >> _BLOCK | odd


def _in_pairs(blocks: list[int]) -> int:
    """Blocks side by side that may each reach into the next, which is not there."""
    return int.from_bytes(
        b"".join([block.to_bytes(_PAIR_BYTES, "little") for block in blocks]), "little"
    )
