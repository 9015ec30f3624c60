"""Which resources a change keeps and replaces, phase by phase."""

from scheduling.booking.changes import changes
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan

FIRST = PhasePlan(1, "Harvest", 0, 30)
SECOND = PhasePlan(2, "Injection", 60, 20)
NURSES = NeedPlan(10, FIRST, frozenset({"nurse"}), count=2, group=10)
CLINICIAN = NeedPlan(11, FIRST, frozenset({"clinician"}), group=11)
SAME = NeedPlan(12, SECOND, frozenset({"clinician"}), group=11)
PLAN = Plan((FIRST, SECOND), (NURSES, CLINICIAN, SAME))


def seen(before, after):
    return [(one.phase, one.kept, one.replaced) for one in changes(PLAN, before, after)]


def test_all_that_stays_is_kept():
    claims = [(1, 10), (2, 10), (7, 11), (7, 12)]

    assert seen(claims, claims) == [
        ("Harvest", (1, 2, 7), ()),
        ("Injection", (7,), ()),
    ]


def test_one_of_two_is_replaced_and_the_other_kept():
    before = [(1, 10), (2, 10), (7, 11), (7, 12)]
    after = [(2, 10), (3, 10), (7, 11), (7, 12)]

    assert seen(before, after)[0] == ("Harvest", (2, 7), ((1, 3),))


def test_who_serves_several_phases_is_replaced_in_each():
    before = [(1, 10), (2, 10), (7, 11), (7, 12)]
    after = [(1, 10), (2, 10), (8, 11), (8, 12)]

    assert [replaced for _, _, replaced in seen(before, after)] == [
        ((7, 8),),
        ((7, 8),),
    ]


def test_time_that_serves_several_needs_counts_for_all_of_them():
    apart, joined = [(7, 11), (7, 12)], [(7, 11)]

    assert all(not replaced for _, _, replaced in seen(apart, joined))


def test_one_more_than_before_takes_nobodys_place():
    before, after = [(1, 10)], [(1, 10), (2, 10)]

    assert seen(before, after)[0][2] == ((None, 2),)
