"""Small worlds to place visits in: calendars of sixteen cells, plans of a few needs."""

from scheduling.openings.engine import Calendar
from scheduling.timegrid.bitset import span
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan

WINDOW = 16


def calendar(pk, kind, busy):
    clear = ((1 << WINDOW) - 1) & ~sum(1 << cell for cell in busy)
    return Calendar(pk, kind, frozenset(), clear, clear)


def plan_of(*needs):
    """Needs as (kind, from cell, to cell, count)."""
    built = []
    for number, (kind, begin, end, count) in enumerate(needs, 1):
        phase = PhasePlan(number, f"phase {number}", begin * 5, (end - begin) * 5)
        built.append(
            NeedPlan(number, phase, frozenset({kind}), count=count, group=number)
        )
    return Plan(tuple(need.phase for need in built), tuple(built))


def starts_of(found):
    return [placement.start for placement in found.placements]


def waits_of(visits, found):
    """For each placement the visits whose time it takes, as bits by position."""
    return [
        sum(
            1 << i
            for i, other in enumerate(visits)
            if i != index and takes_time_of(other, visit, placement)
        )
        for index, (visit, placement) in enumerate(
            zip(visits, found.placements, strict=True)
        )
    ]


def takes_time_of(other, visit, placement):
    if placement.start is None:
        return False
    return any(
        other.held.get(pk, 0) & span(placement.start + begin, placement.start + end)
        for group in visit.plan.groups
        for pk in placement.assignment[group.id]
        for begin, end in group.occupied
    )
