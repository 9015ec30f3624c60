"""The plan that repairs a day is the best there is: checked by trying everything."""

import random
import sys
from dataclasses import replace
from itertools import combinations, product

import pytest

from scheduling.openings.engine import Calendar, candidates
from scheduling.repair.greedy import one_by_one
from scheduling.repair.model import RepairModel
from scheduling.repair.problem import Affected, Placement, cost_of
from scheduling.repair.solve import SolverMissing, WrongPlan, solve
from scheduling.timegrid.bitset import positions
from tests.scheduling.placing import WINDOW, calendar, plan_of, starts_of, waits_of
from tests.scheduling.sick_days import a_sick_day

WORLDS = 400


def a_world(seed):
    """Two to four visits, a few resources of two kinds; what the visits have is free
    for those whose turn comes later.

    Some are of one patient, some of these not in person; now and then that patient is
    disturbed already.
    """
    dice = random.Random(seed)
    pool = [(pk, dice.choice("ab")) for pk in range(1, dice.randint(3, 5))]
    busy = {
        pk: {c for c in range(WINDOW) if dice.random() < dice.choice([0.1, 0.4])}
        for pk, _ in pool
    }
    visits = []
    disturbed = dice.random() < 0.15
    count = dice.randint(2, 4)
    held = what_they_have(dice, count, [pk for pk, _ in pool])
    for pk, some in ((pk, some) for one in held for pk, some in one.items()):
        busy[pk] -= some
    for number in range(count):
        needs = [("a", 0, dice.randint(1, 3), 1)]
        if dice.random() < 0.5:
            begin = dice.randint(0, 2)
            count = 2 if dice.random() < 0.2 else 1
            needs.append(("b", begin, begin + dice.randint(1, 2), count))
        own = {dice.randrange(1, len(pool) + 2): set(range(WINDOW))}
        known = [
            calendar(
                pk,
                kind,
                busy[pk] - (own.get(pk, set()) if dice.random() < 0.2 else set()),
            )
            for pk, kind in pool
        ]
        plan = plan_of(*needs)
        allowed = sum(1 << c for c in range(WINDOW) if dice.random() < 0.7)
        patient = dice.choice([None, "one", "one", number])
        visits.append(
            Affected(
                plan,
                dice.randrange(WINDOW - 3),
                allowed,
                candidates(plan, known),
                patient,
                in_person=dice.random() < 0.7,
                disturbed=disturbed and patient == "one",
                held={
                    pk: sum(1 << c for c in cells) for pk, cells in held[number].items()
                },
            )
        )
    return visits


def what_they_have(dice, count, resources):
    """For each visit its cells by resource, no two the same."""
    held, left = [], {(pk, cell) for pk in resources for cell in range(WINDOW)}
    for _ in range(count):
        mine = {}
        for _ in range(dice.randint(0, 2)):
            pk, begin = dice.choice(resources), dice.randrange(WINDOW)
            cells = {c for c in range(begin, begin + 4) if (pk, c) in left}
            left -= {(pk, cell) for cell in cells}
            mine.setdefault(pk, set()).update(cells)
        held.append(mine)
    return held


def is_possible(visits, starts):
    """By trying every resource for every need, with plain intervals."""
    options = []
    for index, (visit, start) in enumerate(zip(visits, starts, strict=True)):
        if start is None:
            continue
        for group in visit.plan.groups:
            free = visit.choices(group, start)
            taken = [(start + b, start + e) for b, e in group.occupied]
            options.append([(index, c, taken) for c in combinations(free, group.count)])
    return any(
        _is_clean(chosen) and all_get_there(visits, starts, chosen)
        for chosen in product(*options)
    )


def _is_clean(chosen):
    uses = [(r, span) for _, ids, taken in chosen for r in ids for span in taken]
    return not any(
        one[0] == other[0] and one[1][0] < other[1][1] and other[1][0] < one[1][1]
        for one, other in combinations(uses, 2)
    )


def all_get_there(visits, starts, chosen):
    """By moving, again and again, whoever can be moved."""
    has = [
        {(pk, cell) for pk, some in v.held.items() for cell in positions(some)}
        | presence(v, v.start)
        for v in visits
    ]
    wants = [presence(v, start) for v, start in zip(visits, starts, strict=True)]
    for index, ids, taken in chosen:
        wants[index] |= {(pk, c) for pk in ids for span in taken for c in range(*span)}
    left = {i for i, start in enumerate(starts) if start is not None}
    while left:
        ready = {i for i in left if not wants[i] & others_have(has, i)}
        if not ready:
            return False
        for i in ready:
            has[i] = wants[i]
        left -= ready
    return True


def presence(visit, start):
    if start is None or visit.patient is None or not visit.in_person:
        return set()
    return {
        ("patient", visit.patient, cell) for cell in range(start, start + visit.cells)
    }


def others_have(has, index):
    return set().union(*(some for i, some in enumerate(has) if i != index))


def patients_are_apart(visits, starts):
    here = [
        (v.patient, s, s + v.cells)
        for v, s in zip(visits, starts, strict=True)
        if s is not None and v.patient is not None and v.in_person
    ]
    return not any(
        one[0] == other[0] and one[1] < other[2] and other[1] < one[2]
        for one, other in combinations(here, 2)
    )


def naive_cost(visits, starts):
    """Patients who do not come as agreed, visits without a time, total delay."""
    pairs = list(zip(visits, starts, strict=True))
    moved = [v for v, s in pairs if s != v.start and not v.disturbed]
    known = {v.patient for v in moved if v.patient is not None}
    strangers = sum(v.patient is None for v in moved)
    delay = sum(abs(s - v.start) for v, s in pairs if s is not None)
    return len(known) + strangers, starts.count(None), delay


def best_cost(visits):
    """By trying all starts, the cheapest first."""
    options = [[*visit.starts, None] for visit in visits]
    priced = [(naive_cost(visits, starts), starts) for starts in product(*options)]
    for cost, starts in sorted(priced, key=lambda pair: pair[0]):
        if patients_are_apart(visits, starts) and is_possible(visits, starts):
            return cost
    raise AssertionError("calling everybody is always possible")


def has_two_visits(visits):
    return sum(visit.patient == "one" for visit in visits) > 1


@pytest.mark.parametrize("part", range(4))
def test_it_is_as_good_as_the_best_of_everything(part):
    better_than_one_by_one = with_two_visits = in_turn = 0
    for seed in range(part * WORLDS // 4, (part + 1) * WORLDS // 4):
        visits = a_world(seed)

        found = solve(visits)

        assert found.exact, seed
        assert cost_of(visits, found.placements) == best_cost(visits), seed
        first = cost_of(visits, one_by_one(visits))
        better_than_one_by_one += cost_of(visits, found.placements) < first
        with_two_visits += has_two_visits(visits)
        in_turn += any(waits_of(visits, found))
    assert better_than_one_by_one > 0
    assert with_two_visits > WORLDS // 16
    assert in_turn > 0


@pytest.mark.parametrize("seed", range(60))
def test_what_it_proposes_is_free_of_conflicts(seed):
    visits = a_world(seed)

    placements = solve(visits).placements

    starts = [placement.start for placement in placements]
    assert patients_are_apart(visits, starts)
    chosen = []
    for index, (visit, placement) in enumerate(zip(visits, placements, strict=True)):
        for group in visit.plan.groups if placement.start is not None else ():
            resources = placement.assignment[group.id]
            assert len(set(resources)) == group.count
            assert set(resources) <= set(visit.choices(group, placement.start))
            span = [
                (placement.start + b, placement.start + e) for b, e in group.occupied
            ]
            chosen.append((index, resources, span))
    assert _is_clean(chosen)
    assert all_get_there(visits, starts, chosen)


def a_day_of(count, cells=9, days=4, day_cells=108):
    """So many visits of 45 minutes, one after the other, and one other clinician who
    is free from the next day on. Visits start each quarter of an hour."""
    plan = plan_of(("a", 0, cells, 1))
    free = sum(((1 << day_cells) - 1) << (288 * day) for day in range(1, days + 1))
    quarters = free & sum(1 << cell for cell in range(0, days * 288 + 288, 3))
    [other] = [Calendar(1, "a", frozenset(), free, free)]
    return [
        Affected(plan, n * cells, quarters, candidates(plan, [other]))
        for n in range(count)
    ]


def test_ten_patients_of_one_clinician_are_proven_best_in_a_moment():
    visits = a_day_of(10)

    found = solve(visits)

    assert found.exact
    assert cost_of(visits, found.placements) == (10, 0, 10 * 288)


def test_twenty_patients_are_proven_best_too():
    visits = a_day_of(20)

    found = solve(visits)

    assert found.exact
    # Twelve fit into the next day, and the others into the one after it.
    assert cost_of(visits, found.placements)[:2] == (20, 0)


def test_beyond_its_limit_it_says_that_nothing_is_proven():
    # Of ten patients: the smallest days are proven before any work is counted.
    visits = a_sick_day(0)

    found = solve(visits, limit=0)

    assert not found.exact
    assert cost_of(visits, found.placements) <= cost_of(visits, one_by_one(visits))


def test_the_same_day_is_planned_the_same_twice():
    visits = a_world(3)

    assert solve(visits) == solve(visits)


def test_a_plan_that_costs_more_than_the_solver_says_is_not_taken(monkeypatch):
    visits = [wants(8, patient="Ana", own=0), wants(8, patient="Ben", own=0)]
    real = RepairModel.minimize

    def cheaper(model, objective, limit):
        answer = real(model, objective, limit)
        return replace(answer, objective=answer.objective - 1)

    monkeypatch.setattr(RepairModel, "minimize", cheaper)

    with pytest.raises(WrongPlan):
        solve(visits)


def test_it_says_each_stage():
    told = []

    solve([wants(8, patient="Ana", own=0)], tell=told.append)

    assert told == ["fewest-disturbed", "least-delay", "who-serves"]


def test_without_the_solver_it_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "scheduling.repair.model", None)

    with pytest.raises(SolverMissing):
        solve([wants(patient="Ana", own=0)])


def test_who_fits_nowhere_is_called():
    plan = plan_of(("a", 0, 3, 1))
    visit = Affected(plan, 0, (1 << WINDOW) - 1, candidates(plan, []))

    found = solve([visit])

    assert found.placements == (Placement(),)
    assert cost_of([visit], found.placements) == (1, 1, 0)


def wants(*starts, patient, own, **fields):
    """A visit of three cells at `own` that can start then; one clinician for all."""
    plan = plan_of(("a", 0, 3, 1))
    allowed = sum(1 << start for start in {own, *starts})
    found = candidates(plan, [calendar(1, "a", set())])
    return Affected(plan, own, allowed, found, patient, **fields)


def test_one_patient_is_moved_twice_rather_than_two_patients_once():
    visits = [
        wants(8, 12, patient="Ana", own=0),
        wants(8, 12, patient="Ana", own=4),
        wants(8, 12, patient="Ben", own=0),
        wants(8, 12, patient="Cora", own=4),
    ]

    found = solve(visits)

    assert found.exact
    assert starts_of(found)[2:] == [0, 4]
    assert cost_of(visits, found.placements) == (1, 0, 16)


def test_who_is_moved_anyway_may_keep_the_other_time():
    visits = [wants(8, patient="Ana", own=12), wants(8, patient="Ana", own=4)]
    visits[0] = replace(visits[0], allowed=1 << 8)

    found = solve(visits)

    assert starts_of(found) == [8, 4]
    assert cost_of(visits, found.placements) == (1, 0, 4)


def test_who_is_disturbed_already_gives_way():
    visits = [
        wants(4, patient="Ana", own=0, disturbed=True),
        wants(4, patient="Ben", own=0),
    ]

    found = solve(visits)

    assert starts_of(found) == [4, 0]
    assert cost_of(visits, found.placements) == (0, 0, 4)


def test_one_by_one_a_patient_of_two_visits_stays_with_both_or_with_what_is_left():
    visits = [
        wants(8, patient="Ana", own=0),
        replace(wants(patient="Ana", own=12), allowed=0),
        wants(8, patient="Ben", own=0),
    ]

    placements = one_by_one(visits)

    assert [placement.start for placement in placements] == [8, None, 0]


def test_only_in_person_two_visits_of_a_patient_are_kept_apart():
    plan = plan_of(("a", 0, 3, 1))
    two = candidates(plan, [calendar(pk, "a", set()) for pk in (1, 2)])
    visits = [wants(8, patient="Ana", own=0), wants(8, patient="Ana", own=0)]
    visits = [replace(visit, found=two) for visit in visits]

    together = solve([replace(visits[0], in_person=False), visits[1]])

    assert starts_of(together) == [0, 0]
    assert sorted(starts_of(solve(visits))) == [0, 8]
