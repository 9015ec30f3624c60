"""The search as loops over intervals: what the engine is measured against.

Starts in order, for each the groups, for each the resources that are free, as an
assignment needs to know them; one is free where bisecting its sorted busy time finds
nothing in the way.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduling.visit_types.plan import Group, Plan

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Thing:
    """One resource with its busy cells, as sorted begins and their ends."""

    kind: str
    begins: Sequence[int]
    ends: Sequence[int]


def starts(plan: Plan, things: Sequence[Thing], opened: Sequence[Span]) -> list[int]:
    """Every start at which the visit fits, inside one of the spans `opened`.

    Only for plans whose groups want no common kinds, and without capabilities.
    """
    serving = {
        group.id: [thing for thing in things if thing.kind in group.kinds]
        for group in plan.groups
    }
    length = max(need.cells[1] for need in plan.needs)
    return [
        start
        for begin, end in opened
        for start in range(begin, end - length + 1)
        if _fits(plan.groups, serving, start)
    ]


def _fits(
    groups: Sequence[Group], serving: Mapping[int, Sequence[Thing]], start: int
) -> bool:
    for group in groups:
        free = [
            thing
            for thing in serving[group.id]
            if _is_free(thing, group.occupied, start)
        ]
        if len(free) < group.count:
            return False
    return True


def _is_free(thing: Thing, spans: Sequence[Span], start: int) -> bool:
    for begin, end in spans:
        after = bisect_left(thing.begins, start + end)
        if after and thing.ends[after - 1] > start + begin:
            return False
    return True
