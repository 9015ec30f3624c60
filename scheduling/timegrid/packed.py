"""Busy time as PostgreSQL packs it, made a set of cells without one datetime.

A stretch is one big-endian 32-bit number, its first cell times 512 and its length in
cells, counted from the grid's first instant; one stretch follows the other.
"""

import sys
from array import array
from collections.abc import Iterable

# No stretch is over 24 hours: widened to the grid it is 290 cells at most, so that
# its length fits into nine bits, and one which begins in a block ends in it or in the
# next.
_BLOCK = 512  # 1 << 9
_PAIR = 2 * _BLOCK
_RUNS = [(1 << length) - 1 for length in range(_BLOCK)]


def unpack(packed: bytes) -> "array[int]":
    """The stretches, each still one number."""
    stretches = array("i", packed)
    if sys.byteorder == "little":
        stretches.byteswap()
    return stretches


def span_of(stretch: int) -> tuple[int, int]:
    """Its first cell and the one after its last."""
    start, length = divmod(stretch, _BLOCK)
    return start, start + length


def to_cells(stretches: Iterable[int], cells: int) -> int:
    """The cells 0 … cells-1 that these stretches take; each meets these cells."""
    # One block more at the end, as index -1 is the one before the first. This runs
    # for every reservation there is, so it is short of names.
    blocks, runs = [0] * (2 * (cells // _PAIR) + 4), _RUNS
    for stretch in stretches:
        blocks[stretch >> 18] |= runs[stretch & 511] << (stretch >> 9 & 511)
    blocks.insert(0, blocks.pop())
    taken = _joined(blocks[::2]) | _joined(blocks[1::2]) << _BLOCK
    return taken >> _BLOCK & ((1 << cells) - 1)


def _joined(blocks: list[int]) -> int:
    """Blocks two apart, each of which may reach into the one after it."""
    return int.from_bytes(
        b"".join([block.to_bytes(_PAIR // 8, "little") for block in blocks]), "little"
    )
