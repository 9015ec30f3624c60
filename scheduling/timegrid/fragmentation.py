"""Free gaps that reservations leave right beside them, and the price of these gaps.

A gap shorter than the shortest stretch anyone books there is stranded. Prices are
ints that add up: places of resources that are not preferred weigh most, then
stranded gaps, then idle cells.
"""

from collections.abc import Iterable
from functools import lru_cache

from scheduling.timegrid.bitset import run_after, run_before, shift_down, span

Span = tuple[int, int]

# Gaps are looked at this far to both sides of a visit.
LOOK_CELLS = 36

_LOOK = (1 << LOOK_CELLS) - 1

IDLE_CELL = 1
STRANDED_GAP = 1 << 24
NOT_PREFERRED = 1 << 48


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time as spans in order that neither overlap nor touch."""
    done: list[Span] = []
    for begin, end in sorted(spans):
        if done and begin <= done[-1][1]:
            done[-1] = (done[-1][0], max(done[-1][1], end))
        else:
            done.append((begin, end))
    return tuple(done)


def gaps_beside(free: int, start: int, spans: tuple[Span, ...]) -> list[Span]:
    """The free stretches that touch `spans` once these are taken, as cells of `free`.

    `spans` are merged, in cells from `start`. What lies more than LOOK_CELLS before
    the first or after the last is not seen.
    """
    first, left, inside = _look_at(spans)
    base = start + first
    near = shift_down(free, base) & left
    found: list[Span] = []
    taken_until = -1
    for begin, end in inside:
        before, after = run_before(near, begin), run_after(near, end)
        if before and begin - before != taken_until:  # else: seen after the last
            found.append((base + begin - before, base + begin))
        if after:
            found.append((base + end, base + end + after))
        taken_until = end
    return found


@lru_cache(maxsize=256)
def _look_at(spans: tuple[Span, ...]) -> tuple[int, int, tuple[Span, ...]]:
    """Return the cells to look at for gaps around `spans`.

    First the cell, from the start, in which the look begins; then its cells but for
    those of `spans`, as a bit set; then `spans` in cells of the look.
    """
    first = spans[0][0] - LOOK_CELLS
    left = span(0, spans[-1][1] + LOOK_CELLS - first)
    inside = tuple((begin - first, end - first) for begin, end in spans)
    for begin, end in inside:
        left &= ~span(begin, end)
    return first, left, inside


def is_stranded(gap: Span, shortest_cells: int) -> bool:
    """True if nothing of `shortest_cells` fits; one cut off at the look never is."""
    return gap[1] - gap[0] < min(shortest_cells, LOOK_CELLS)


def price(free: int, shortest_cells: int, start: int, spans: tuple[Span, ...]) -> int:
    """Return the price of the gaps that `spans` leave on one resource."""
    # What `gaps_beside` does, for every candidate of every start: without lists, and
    # what lies between two spans, which is much the same each time, is looked up.
    begin, end = spans[0][0], spans[-1][1]
    base, until = start + begin - LOOK_CELLS, end - begin + LOOK_CELLS
    near = free >> base if base >= 0 else free << -base
    near &= (1 << until + LOOK_CELLS) - 1
    before = LOOK_CELLS - (~near & _LOOK).bit_length()
    rest = ~(near >> until)
    prices = _gap_prices(shortest_cells)
    cost = prices[before] + prices[(rest & -rest).bit_length() - 1]
    if len(spans) == 1:
        return cost
    near &= (1 << until) - 1
    return cost + _price_between(near >> LOOK_CELLS, shortest_cells, spans)


@lru_cache(maxsize=4096)
def _price_between(near: int, shortest_cells: int, spans: tuple[Span, ...]) -> int:
    """Return the price of the gaps between `spans`.

    `near` is the free time from the first to the last, counted from the start of
    the first.
    """
    prices = _gap_prices(shortest_cells)
    gaps = gaps_beside(near, -spans[0][0], spans)
    return sum(
        prices[end - begin] if end - begin < LOOK_CELLS else (end - begin) * IDLE_CELL
        for begin, end in gaps
    )


@lru_cache(maxsize=64)
def _gap_prices(shortest_cells: int) -> tuple[int, ...]:
    """The price of a gap by its cells, none to LOOK_CELLS."""
    return tuple(
        cells * IDLE_CELL + STRANDED_GAP * (0 < cells < min(shortest_cells, LOOK_CELLS))
        for cells in range(LOOK_CELLS + 1)
    )


def places_not_preferred(cost: int) -> int:
    return cost // NOT_PREFERRED


def stranded_gaps(cost: int) -> int:
    return cost % NOT_PREFERRED // STRANDED_GAP


def idle_cells(cost: int) -> int:
    return cost % STRANDED_GAP // IDLE_CELL
