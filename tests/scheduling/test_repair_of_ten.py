"""A clinician is ill for a day of ten visits: the plan is proven best, and it is."""

from dataclasses import replace
from itertools import combinations
from math import inf

import pytest

from scheduling.repair.greedy import one_by_one
from scheduling.repair.problem import cost_of
from scheduling.repair.solve import solve
from scheduling.timegrid.bitset import positions
from tests.scheduling.sick_days import a_sick_day


def is_there_better(visits, cost):
    """By trying who could stay, then all starts of the others that could cost less."""
    patients = sorted({visit.patient for visit in visits}, key=str)
    return any(
        is_there_less(stays_first(visits, set(some)), less_than)
        for disturbed in range(cost[0] + 1)
        for less_than in [cost[1:] if disturbed == cost[0] else (inf, inf)]
        for some in combinations(patients, len(patients) - disturbed)
        if can_stay(visits, set(some))
    )


def can_stay(visits, patients):
    staying = [visit for visit in visits if visit.patient in patients]
    starts = [visit.start for visit in staying]
    return (
        all(visit.start in visit.starts for visit in staying)
        and not any(
            is_beside_itself(staying, starts[:at], start)
            for at, start in enumerate(starts)
        )
        and fits([use for visit in staying for use in uses_of(visit, visit.start)])
    )


def stays_first(visits, patients):
    """The visits and what each can do, those of who stays first."""
    staying = [(visit, [visit.start]) for visit in visits if visit.patient in patients]
    others = [visit for visit in visits if visit.patient not in patients]
    return [*staying, *((visit, [*visit.starts, None]) for visit in others)]


def is_there_less(options, cost, starts=(), chosen=()):
    """By one visit after the other: fewer to call, or as few and less delay."""
    if len(starts) == len(options):
        return calls_and_delay(options, starts) < cost
    visits = [visit for visit, _ in options]
    at = len(starts)
    for start in options[at][1]:
        cheapest = [some[0] for _, some in options[at + 1 :]]
        if calls_and_delay(options, (*starts, start, *cheapest)) >= cost:
            continue
        if is_beside_itself(visits, starts, start):
            continue
        new = uses_of(visits[at], start)
        if (
            fits([*new, *tangled(chosen, new)])
            and can_come(list(zip(visits, (*starts, start), strict=False)))
            and is_there_less(options, cost, (*starts, start), (*chosen, *new))
        ):
            return True
    return False


def can_come(pairs):
    """By moving one after the other, in each order and to each who could serve; who
    has no start stays where they are."""
    has = {
        at: [*kept(visit), *presence(visit, visit.start)]
        for at, (visit, _) in enumerate(pairs)
    }
    return can_go_on(
        pairs,
        has,
        frozenset(at for at, (_, start) in enumerate(pairs) if start is not None),
    )


def can_go_on(pairs, has, left):
    if not left:
        return True
    for at in sorted(left):
        visit, start = pairs[at]
        others = [one for other, some in has.items() if other != at for one in some]
        there = presence(visit, start)
        if any(meet(one, other) for one in there for other in others):
            continue
        for mine in ways_of(uses_of(visit, start), others):
            if can_go_on(pairs, has | {at: [*there, *mine]}, left - {at}):
                return True
    return False


def ways_of(uses, taken):
    """Each way to serve all uses beside what is taken."""
    if not uses:
        yield []
        return
    (choices, count, spans), *rest = uses
    free = [pk for pk in choices if not any(meet(((pk,), 1, spans), t) for t in taken)]
    for some in combinations(free, count):
        mine = [((pk,), 1, spans) for pk in some]
        for more in ways_of(rest, [*taken, *mine]):
            yield [*mine, *more]


def kept(visit):
    return [
        ((pk,), 1, [(cell, cell + 1) for cell in positions(cells)])
        for pk, cells in visit.held.items()
    ]


def presence(visit, start):
    """Its patient, as one who is taken at that time."""
    return [((f"patient {visit.patient}",), 1, [(start, start + visit.cells)])]


def calls_and_delay(options, starts):
    pairs = zip([visit for visit, _ in options], starts, strict=True)
    delays = [abs(start - visit.start) for visit, start in pairs if start is not None]
    return len(starts) - len(delays), sum(delays)


def is_beside_itself(visits, starts, start):
    """Whether the next visit's patient would be at another visit then."""
    visit = visits[len(starts)]
    return start is not None and any(
        other.patient == visit.patient
        and begin is not None
        and begin < start + visit.cells
        and start < begin + other.cells
        for other, begin in zip(visits, starts, strict=False)
    )


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
    assert len(visits) == 10

    found = solve(visits)

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

    found = solve(visits)

    assert found.exact
    assert not is_there_better(visits, cost_of(visits, found.placements))


def of_fewer_patients(visits):
    """The first two visits are one patient's, the last two another's."""
    whose = ["one", "one", *(v.patient for v in visits[2:-2]), "other", "other"]
    return [replace(v, patient=who) for v, who in zip(visits, whose, strict=True)]


@pytest.mark.parametrize("seed", range(30))
def test_nor_if_patients_have_two_visits(seed):
    visits = of_fewer_patients(a_sick_day(seed, visits=5))

    found = solve(visits)

    assert found.exact
    assert not is_there_better(visits, cost_of(visits, found.placements))


@pytest.mark.parametrize("seed", range(8))
def test_ten_visits_of_eight_patients_are_planned_no_worse_than_one_by_one(seed):
    visits = of_fewer_patients(a_sick_day(seed))

    cost = cost_of(visits, solve(visits).placements)

    assert cost <= cost_of(visits, one_by_one(visits))
