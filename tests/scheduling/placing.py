"""Small worlds to place visits in: calendars of sixteen cells, plans of a few needs."""

from functools import reduce
from operator import or_

from scheduling.openings.engine import Calendar
from scheduling.repair.together import Together
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
    together = Together(visits)
    return [
        reduce(
            or_,
            [
                item.waits_for(placement.assignment[item.group.id])
                for item in together.items(index, placement.start)
            ],
        )
        if placement.start is not None
        else 0
        for index, placement in enumerate(found.placements)
    ]
