"""Sets of cells as Python ints: bit t is cell t."""

from collections.abc import Iterable
from functools import lru_cache


def span(start: int, end: int) -> int:
    """Bits start … end-1; what lies below cell 0 is cut off."""
    start = max(start, 0)
    return ((1 << (end - start)) - 1) << start if end > start else 0


_BLOCK = 288  # cells; a multiple of 8, so that blocks join as bytes


def from_spans(spans: Iterable[tuple[int, int]], cells: int) -> int:
    """The cells of many [start, end) spans, cut to 0 … cells-1, in linear time."""
    blocks = [0] * (cells // _BLOCK + 1)
    for start, end in spans:
        start, end = max(start, 0), min(end, cells)
        while start < end:
            block, offset = divmod(start, _BLOCK)
            length = min(end - start, _BLOCK - offset)
            blocks[block] |= ((1 << length) - 1) << offset
            start += length
    size = _BLOCK // 8
    return int.from_bytes(
        b"".join(b.to_bytes(size, "little") for b in blocks), "little"
    )


def spans_of(bits: int) -> list[tuple[int, int]]:
    """The set as [start, end) spans, in order."""
    spans, start = [], 0
    while bits:
        gap = (bits & -bits).bit_length() - 1
        start, bits = start + gap, bits >> gap
        length = run_after(bits, 0)
        spans.append((start, start + length))
        start, bits = start + length, bits >> length
    return spans


def shift_down(bits: int, cells: int) -> int:
    """Bit t of the answer is bit t + cells of `bits`; `cells` may be negative."""
    return bits >> cells if cells >= 0 else bits << -cells


def erode(bits: int, length: int, done: int = 1) -> int:
    """Bit t of the answer: bits t … t+length-1 are all set, in log2(length) steps.

    If `bits` were eroded to the length `done` before, it goes on from there.
    """
    while done < length:
        step = min(done, length - done)
        bits &= bits >> step
        done += step
    return bits


def at_least(count: int, members: Iterable[int]) -> int:
    """Bit t of the answer: set in `count` members or more (saturating counters)."""
    levels = [0] * count
    for member in members:
        for level in range(count - 1, 0, -1):
            levels[level] |= levels[level - 1] & member
        levels[0] |= member
    return levels[-1]


def has(bits: int, cell: int) -> bool:
    return bool(bits >> cell & 1)


def positions(bits: int) -> list[int]:
    """The cells in the set, ascending."""
    found: list[int] = []
    text = bin(bits)[:1:-1] + "0"
    cells = _cells(len(text) // _MANY + 1)
    start = text.find("1")
    while start >= 0:
        end = text.find("0", start)
        found += cells[start:end]
        start = text.find("1", end)
    return found


_MANY = 1 << 15


@lru_cache(maxsize=4)
def _cells(times: int) -> tuple[int, ...]:
    """0, 1, 2 … once for all: to make the numbers is most of naming a set's cells."""
    return tuple(range(times * _MANY))


def run_before(bits: int, cell: int) -> int:
    """Return the number of cells set without a break right before `cell`."""
    # The highest gap below `cell` ends the run.
    gaps = ~bits & ((1 << cell) - 1)
    return cell - gaps.bit_length()


def run_after(bits: int, cell: int) -> int:
    """Return the number of cells set without a break from `cell` on."""
    # The lowest cell that is not set ends the run; above the last bit none is.
    rest = ~(bits >> cell)
    return (rest & -rest).bit_length() - 1
