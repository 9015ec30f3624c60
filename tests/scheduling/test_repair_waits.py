"""Who must have left before another can come."""

import pytest

from scheduling.openings.engine import candidates
from scheduling.repair.greedy import one_by_one
from scheduling.repair.problem import Affected
from scheduling.repair.solve import solve
from scheduling.repair.waits import in_turn, meeting
from scheduling.timegrid.bitset import positions
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan
from tests.scheduling.placing import calendar, plan_of, starts_of, waits_of


def test_nobody_waiting_everybody_keeps_their_place():
    assert in_turn([0, 0, 0]) == [0, 1, 2]


def test_each_comes_after_all_it_waits_for():
    assert in_turn([0b110, 0b100, 0]) == [2, 1, 0]


def test_those_in_a_circle_come_all_the_same():
    assert sorted(in_turn([0b010, 0b001, 0])) == [0, 1, 2]


@pytest.mark.parametrize("begins", [0, 2])
def test_the_starts_at_which_a_group_meets_what_is_held(begins):
    phase = PhasePlan(1, "Visit", begins * 5, 10)
    plan = Plan((phase,), (NeedPlan(1, phase, frozenset("a"), group=1),))

    starts = meeting(plan.groups[0], 0b11 << 5)

    spans = [range(start + begins, start + begins + 2) for start in range(12)]
    assert positions(starts) == [
        start for start, span in enumerate(spans) if {5, 6} & set(span)
    ]


def with_clinicians(*visits):
    """Visits of three cells, each (agreed, starts, clinicians); one room for all, which
    each has at the time agreed."""
    built = []
    for agreed, starts, clinicians in visits:
        known = [
            calendar(1, "room", set()),
            *(calendar(pk, "a", set()) for pk in clinicians),
        ]
        plan = plan_of(("a", 0, 3, 1), ("room", 0, 3, 1))
        allowed = sum(1 << start for start in starts)
        built.append(
            Affected(
                plan,
                agreed,
                allowed,
                candidates(plan, known),
                held={1: 0b111 << agreed},
            )
        )
    return built


def test_a_visit_takes_what_another_gives_up_before():
    visits = with_clinicians((0, [3, 9], [2]), (3, [6], [3]))

    found = solve(visits)

    assert (found.exact, starts_of(found)) == (True, [3, 6])
    assert waits_of(visits, found) == [0b10, 0]


def test_no_two_change_places():
    visits = with_clinicians((0, [3, 9], [2]), (3, [0, 12], [3]))

    found = solve(visits)

    assert (found.exact, starts_of(found)) == (True, [9, 0])


def test_nor_do_three():
    visits = with_clinicians((0, [3], [2]), (3, [6], [3]), (6, [0, 12], [4]))

    found = solve(visits)

    assert (found.exact, starts_of(found)) == (True, [3, 6, 12])


def test_nobody_takes_the_time_of_who_is_called():
    visits = with_clinicians((0, [3, 9], [2]), (3, [], [3]))

    found = solve(visits)

    assert (found.exact, starts_of(found)) == (True, [9, None])


def test_one_by_one_takes_what_those_before_gave_up():
    visits = with_clinicians((3, [6], [3]), (6, [9], [2]))

    placements = one_by_one(visits)

    assert [placement.start for placement in placements] == [6, 9]
