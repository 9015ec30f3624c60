"""The call about a visit in the way ends with its conflict, and comes back with it."""

import pytest

from core.problems import Invalid
from patients.models import Task
from patients.services import tasks
from scheduling.absences import services as absences
from scheduling.booking import book
from scheduling.models import Conflict
from scheduling.repair import plans
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import WHO, act, keep
from tests.scheduling.repairing import (
    SOON,
    TWO,
    a_plan,
    apply,
    call_of,
    carry_on,
    check_clean,
    start,
    states,
    undo,
)

pytestmark = pytest.mark.usefixtures("committed_db", "in_lock_order")


@pytest.fixture
def at():
    return make.practice(TWO)


@pytest.fixture
def plan(at, ill):
    """The visit could not be changed, so its patient is called; now it could."""
    plan = a_plan(at, ill, 0)
    rival = at.book(clinician=at.by_kind["clinician"][1].pk)
    apply(plan)
    act(book.cancel, rival)
    return plan


def visit_to_call(plan):
    line = plan.lines.get()
    assert call_of(line)
    return line.appointment


def end(plan, **fields):
    which = {"absence_id": plan.absence_id, "clinic_id": plan.clinic_id}
    return absences.end_absence(**which, **WHO, **fields)


def calls():
    """Not those of notices that cannot be sent."""
    return Task.objects.filter(subject__startswith="conflict:")


def outcomes():
    return list(calls().values_list("outcome", flat=True))


def open_calls():
    return calls().filter(done_at=None).count()


def test_a_visit_that_is_kept_needs_no_call(plan):
    visit_to_call(plan)

    keep(Conflict.objects.get(resolved_at=None), "comes in for it")

    assert outcomes() == ["The visit stays as it is: comes in for it"]
    assert open_calls() == 0


@pytest.mark.parametrize(
    ("verb", "fields", "outcome"),
    [
        (book.move, {"start": NINE + minutes(180)}, "The visit was changed."),
        (book.reassign, {}, "The visit was changed."),
        (book.cancel, {}, "The visit was cancelled."),
    ],
)
def test_a_visit_that_is_changed_needs_no_call(plan, verb, fields, outcome):
    act(verb, visit_to_call(plan), **fields)

    assert outcomes() == [outcome]
    assert calls().get().done_by == str(WHO["by"])


def test_an_absence_that_ends_needs_no_calls(plan):
    visit_to_call(plan)

    end(plan)

    assert outcomes() == ["The visit stays as it is: no longer needed"]
    check_clean()


def test_an_absence_that_ends_earlier_needs_no_calls_about_later_visits(at, ill):
    plan = a_plan(at, ill, 0, 60)
    for position in (1, 2):
        plan.refresh_from_db()
        plans.set_way(
            plan_id=plan.pk,
            clinic_id=plan.clinic_id,
            position=position,
            way="call",
            version=plan.version,
            **WHO,
        )
    plan.refresh_from_db()
    apply(plan)
    early, late = plan.lines.order_by("position")

    end(plan, until=NINE + minutes(50))

    assert call_of(early)
    assert outcomes().count("The visit stays as it is: no longer needed") == 1
    assert open_calls() == 1
    assert Conflict.objects.get(pk=late.conflict_id).resolution == "kept"


def another_plan(plan):
    again = repair.propose(absence_id=plan.absence_id, clinic_id=plan.clinic_id, **WHO)
    assert [line.way for line in again.lines.all()] == ["same-time"]
    return again


def test_a_plan_that_does_it_after_all_needs_no_call(plan):
    visit_to_call(plan)

    apply(another_plan(plan))

    assert outcomes() == ["The visit was changed."]


def test_that_plan_undone_the_call_is_there_again(plan):
    visit = visit_to_call(plan)
    asked = calls().get()
    again = another_plan(plan)
    apply(again)

    undo(again)

    assert states(again) == ["undone"]
    call = call_of(again.lines.get())
    assert call.pk != asked.pk
    assert (call.patient_id, call.text, call.owner_role, call.due_at) == (
        visit.patient_id,
        asked.text,
        asked.owner_role,
        asked.due_at,
    )
    check_clean()


def test_a_conflict_nobody_called_about_reopens_without_a_call(at, ill):
    plan = a_plan(at, ill, 0)
    apply(plan)

    undo(plan)

    assert not calls().exists()


def test_a_call_that_was_made_is_not_asked_for_again(plan):
    call = call_of(plan.lines.get())
    tasks.close(task_id=call.pk, outcome="Spoke to them.", **WHO)
    again = another_plan(plan)
    start(again)
    carry_on(again, SOON)

    undo(again)

    assert open_calls() == 0


def test_the_reason_to_keep_a_visit_is_plain_text(plan):
    with pytest.raises(Invalid, match="control characters"):
        keep(Conflict.objects.get(resolved_at=None), "bell \x07")

    assert visit_to_call(plan)
