"""A clinician is ill for a day of ten visits: the plan is proven best, and it is."""

from itertools import combinations

import pytest

from scheduling.domain.placing import CALL, NOTHING, cost_of, plus
from scheduling.domain.repair import MOST_EXACT, one_by_one, repair
from tests.scheduling.sick_days import a_sick_day


def is_there_better(visits, cost, chosen=(), spent=NOTHING):
    """By trying all starts that could cost less, one visit after the other."""
    if not visits:
        return spent < cost
    visit, *others = visits
    least = spent
    for other in others:
        least = plus(least, other.cost(other.starts[0]) if other.starts else CALL)
    for start in (*visit.starts, None):
        if plus(least, visit.cost(start)) >= cost:
            continue
        new = uses_of(visit, start)
        if fits([*new, *tangled(chosen, new)]) and is_there_better(
            others, cost, (*chosen, *new), plus(spent, visit.cost(start))
        ):
            return True
    return False


def uses_of(visit, start):
    """Who could serve, how many of them must, and when."""
    if start is None:
        return []
    return [
        (
            visit.choices(group, start),
            group.count,
            [(start + b, start + e) for b, e in group.occupied],
        )
        for group in visit.plan.groups
    ]


def tangled(uses, new):
    """Those that meet the new ones in time and resource, and those that meet these."""
    found = [use for use in uses if any(meet(use, other) for other in new)]
    rest = [use for use in uses if use not in found]
    return [*found, *tangled(rest, found)] if found else []


def meet(one, other):
    return not set(one[0]).isdisjoint(other[0]) and any(
        b < end and begin < e for b, e in one[2] for begin, end in other[2]
    )


def fits(uses, taken=()):
    """By trying resource after resource for use after use, with plain intervals."""
    if not uses:
        return True
    (choices, count, spans), *rest = uses
    free = [pk for pk in choices if not any(meet(((pk,), 1, spans), t) for t in taken)]
    return any(
        fits(rest, (*taken, *(((pk,), 1, spans) for pk in some)))
        for some in combinations(free, count)
    )


@pytest.mark.parametrize("seed", range(24))
def test_a_day_of_ten_is_proven_best(seed):
    visits = a_sick_day(seed)
    assert len(visits) == MOST_EXACT

    found = repair(visits)

    assert found.exact
    placed = zip(visits, found.placements, strict=True)
    assert fits_as_placed(list(placed))
    cost = cost_of(visits, found.placements)
    assert cost <= cost_of(visits, one_by_one(visits))


def fits_as_placed(pairs):
    uses = [
        (ids, count, spans)
        for visit, placement in pairs
        for group, (choices, count, spans) in zip(
            visit.plan.groups, uses_of(visit, placement.start), strict=False
        )
        for ids in [placement.assignment[group.id]]
        if set(ids) <= set(choices)
    ]
    return not any(meet(one, other) for one, other in combinations(uses, 2))


@pytest.mark.parametrize("seed", range(30))
def test_of_a_shorter_day_nothing_is_better(seed):
    visits = a_sick_day(seed, visits=5)

    found = repair(visits)

    assert found.exact
    assert not is_there_better(visits, cost_of(visits, found.placements))
