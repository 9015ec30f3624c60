"""Plans whose lines take time that others give up: in turn, and back again."""

from unittest.mock import patch

import pytest

from core.db import Busy
from scheduling.absences import conflicts
from scheduling.absences import services as absences
from scheduling.booking import book
from scheduling.models import Absence, Appointment
from scheduling.repair import attempts, execution, plans
from scheduling.repair.planning import NoOpening
from scheduling.repair.plans import TimePromised
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, act, away
from tests.scheduling.repairing import (
    EIGHT,
    SOON,
    apply,
    as_booked,
    carry_on,
    check_clean,
    start,
    states,
    undo,
)

pytestmark = pytest.mark.usefixtures("committed_db", "in_lock_order")

ONE_ROOM = {**make.ONE_OF_EACH, "clinician": 3}
TWELVE = NINE + minutes(180)


@pytest.fixture
def at():
    return make.practice(ONE_ROOM)


@pytest.fixture
def plan(at, ill, other):
    """One room. Ben (9:45) is not to see the other clinician, who is free from 9:45
    to 10:30 only; the third one is from noon on. Ana (9:00) can have Ben's time once
    he has gone to noon; else she comes on another day."""
    ana, ben = (at.book(clinician=ill.pk, start=NINE + minutes(n)) for n in (0, 45))
    third = at.by_kind["clinician"][2]
    Appointment.objects.update(clinician=None)
    for visit, who in ((ana, third), (ben, other)):
        Appointment.objects.filter(pk=visit.pk).update(not_clinicians=[who.pk])
    absence = away(at, resource_id=ill.pk, start=EIGHT)
    away(at, resource_id=other.pk, start=EIGHT, end=NINE + minutes(45))
    away(at, resource_id=other.pk, start=NINE + minutes(90))
    away(at, resource_id=third.pk, start=EIGHT, end=TWELVE)
    return repair.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)


def edit(verb, plan, position, **fields):
    plan.refresh_from_db()
    return verb(
        plan_id=plan.pk,
        clinic_id=plan.clinic_id,
        position=position,
        version=plan.version,
        **WHO,
        **fields,
    )


def line_of(plan, position):
    return plan.lines.get(position=position)


def test_the_best_plan_takes_what_another_line_gives_up(plan):
    ana, ben = plan.lines.order_by("position")

    assert plan.method == "exact"
    assert (ana.start, ben.start) == (NINE + minutes(45), TWELVE)
    assert (ana.turn, ana.after) == (2, [2])
    assert (ben.turn, ben.after) == (1, [])


def test_it_is_carried_out_in_turn(plan):
    apply(plan)

    assert (plan.state, states(plan)) == ("applied", ["done", "done"])
    starts = [visit.start for visit in Appointment.objects.order_by("during")]
    assert starts == [NINE + minutes(45), TWELVE]
    check_clean()


def test_and_taken_back_the_other_way_round(plan):
    before = as_booked()
    apply(plan)

    undo(plan)

    assert (plan.state, states(plan)) == ("undone", ["undone", "undone"])
    assert as_booked() == before
    check_clean()


def test_who_waits_for_a_line_that_came_to_nothing_is_called(plan):
    start(plan)
    act(book.confirm, line_of(plan, 2).appointment)

    carry_on(plan)

    ana = line_of(plan, 1)
    assert states(plan) == ["failed", "failed"]
    assert ana.detail == attempts.STAYS.format(2)
    check_clean()


def test_who_waits_for_a_visit_that_is_kept_is_called(plan):
    start(plan)
    conflict = line_of(plan, 2).conflict
    conflicts.keep(
        conflict_id=conflict.pk, clinic_id=plan.clinic_id, reason="he insists", **WHO
    )

    carry_on(plan)

    assert line_of(plan, 1).detail == attempts.STAYS.format(2)
    check_clean()


def test_who_waits_for_a_visit_that_went_away_itself_gets_its_time(plan):
    start(plan)
    act(book.cancel, line_of(plan, 2).appointment)

    carry_on(plan)

    assert states(plan) == ["done", "failed"]
    check_clean()


def busy_once(verb):
    """The first line that is tried cannot be had just now."""
    real, calls = getattr(execution, verb), []

    def once(*args):
        calls.append(args)
        if len(calls) == 1:
            raise Busy
        real(*args)

    return patch.object(execution, verb, once)


def test_who_waits_for_a_line_that_is_put_off_is_put_off_too(plan):
    start(plan)

    with busy_once("_apply_line"):
        carry_on(plan)

    assert (plan.state, states(plan)) == ("applying", ["proposed", "proposed"])
    assert {line.detail for line in plan.lines.all()} == {attempts.LATER}
    carry_on(plan, SOON)
    assert (plan.state, states(plan)) == ("applied", ["done", "done"])


def test_so_it_is_on_the_way_back(plan):
    before = as_booked()
    apply(plan)

    with busy_once("_undo_line"):
        undo(plan)

    assert (plan.state, states(plan)) == ("undoing", ["done", "done"])
    carry_on(plan, SOON)
    assert (plan.state, as_booked()) == ("undone", before)


def test_a_line_is_kept_with_those_it_comes_after(plan):
    edit(plans.set_locked, plan, 1, locked=True)
    assert plan.lines.filter(locked=True).count() == 2

    edit(plans.set_locked, plan, 2, locked=False)

    assert plan.lines.filter(locked=True).count() == 0


def test_the_line_another_one_comes_after_can_be_kept_alone(plan):
    edit(plans.set_locked, plan, 2, locked=True)
    plan.refresh_from_db()

    repair.replan(
        plan_id=plan.pk, clinic_id=plan.clinic_id, version=plan.version, **WHO
    )

    assert line_of(plan, 1).start == NINE + minutes(45)
    assert line_of(plan, 1).after == [2]


def test_who_was_kept_with_a_visit_that_stays_now_is_planned_anew(plan):
    edit(plans.set_locked, plan, 1, locked=True)
    conflicts.keep(
        conflict_id=line_of(plan, 2).conflict_id,
        clinic_id=plan.clinic_id,
        reason="he insists",
        **WHO,
    )
    plan.refresh_from_db()

    repair.replan(
        plan_id=plan.pk, clinic_id=plan.clinic_id, version=plan.version, **WHO
    )
    plan.refresh_from_db()
    apply(plan)

    assert states(plan) == ["done"]
    check_clean()


def test_by_hand_nobody_is_called_whose_time_was_promised(plan):
    with pytest.raises(TimePromised, match="Change line 1 first"):
        edit(plans.set_way, plan, 2, way="call")

    edit(plans.set_way, plan, 1, way="call")
    edit(plans.set_way, plan, 2, way="call")

    assert {line.way for line in plan.lines.all()} == {"call"}


def test_by_hand_a_line_may_take_what_another_gives_up_and_keeps_it(plan):
    edit(plans.set_way, plan, 1, way="first-opening")
    assert line_of(plan, 1).after == []
    edit(plans.set_locked, plan, 1, locked=False)

    line = edit(plans.set_way, plan, 1, start=NINE + minutes(45))

    assert (line.after, line.turn) == ([2], 2)
    assert line_of(plan, 2).locked


def test_by_hand_no_two_change_places(at, other, plan):
    """Ben cannot have Ana's time while she leaves only once he has."""
    early = Absence.objects.filter(resource=other).order_by("period").first()
    absences.end_absence(absence_id=early.pk, clinic_id=at.clinic.pk, **WHO)
    Appointment.objects.update(not_clinicians=[])

    with pytest.raises(NoOpening):
        edit(plans.set_way, plan, 2, start=NINE)

    edit(plans.set_way, plan, 1, way="first-opening")
    line = edit(plans.set_way, plan, 2, start=NINE)
    assert (line.turn, line.after) == (2, [1])
