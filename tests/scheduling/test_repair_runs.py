"""Carrying a plan out: one patient at a time, resumable, exactly once."""

from datetime import timedelta
from functools import partial
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import IntegrityError
from structlog.testing import capture_logs

from core.db import Busy
from core.models import JournalEntry
from patients.models import Task
from scheduling.booking import book
from scheduling.models import Conflict, RepairLine, RepairPlan
from scheduling.repair import attempts, execution, selectors
from scheduling.repair.plans import PlanAtWork
from tests.factories import repair
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.rivals import race
from tests.scheduling.acts import WHO, act, away, live
from tests.scheduling.repairing import (
    EIGHT,
    TWO,
    Killed,
    a_plan,
    apply,
    call_of,
    carry_on,
    check_clean,
    start,
    states,
    undo,
    who_serves,
)

pytestmark = pytest.mark.usefixtures("committed_db", "in_lock_order")


@pytest.fixture
def at():
    return make.practice(TWO)


def test_every_visit_gets_what_was_proposed(at, ill, other):
    plan = a_plan(at, ill, 0, 60)

    apply(plan)

    assert (plan.state, states(plan)) == ("applied", ["done", "done"])
    assert who_serves() == {other.pk}
    assert set(Conflict.objects.values_list("resolution", flat=True)) == {"moved"}
    for line in plan.lines.all():
        planned = {(c["resource"], c["need"]) for c in line.claims}
        has = set(live(line.appointment).values_list("resource", "need"))
        assert has == planned
    check_clean()


def test_the_freed_time_is_the_absences(at, ill):
    plan = a_plan(at, ill, 0)

    apply(plan)

    mine = plan.absence.reservations.filter(released_at=None)
    assert sum((r.ends_at - r.starts_at for r in mine), minutes(0)) == minutes(540)


def test_who_has_to_be_called_becomes_a_task(at, ill, other):
    away(at, resource_id=other.pk, start=EIGHT, end=NINE + timedelta(days=60))
    at.book(clinician=ill.pk)
    absence = away(at, resource_id=ill.pk, start=EIGHT, end=NINE + timedelta(days=60))
    plan = repair.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)

    apply(plan)

    task = Task.objects.get()
    assert (task.kind, task.owner_role) == ("call_patient", "coordinator")
    assert states(plan) == ["done"]
    assert Conflict.objects.get().resolved_at is None

    undo(plan)

    task.refresh_from_db()
    assert task.outcome == "The plan was undone."


def test_progress_reaches_n_of_n(at, ill):
    """ux C7.5"""
    plan = a_plan(at, ill, 0, 60, 120)
    start(plan)
    first, *_ = plan.lines.order_by("position")

    attempts.attempt(
        partial(execution._apply_line, first.pk, WHO["by"], NOW),
        first.pk,
        "proposed",
        **WHO,
    )

    assert selectors.progress(plan) == selectors.Progress(1, 0, 3)
    carry_on(plan)
    assert selectors.progress(plan) == selectors.Progress(3, 0, 3)


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_lost_between_two_patients_it_goes_on_and_does_each_once(at, ill, after):
    plan = a_plan(at, ill, 0, 60, 120)
    start(plan)
    real, calls = execution._apply_line, []

    def until_killed(*args):
        if len(calls) == after:
            raise Killed
        calls.append(args)
        real(*args)

    with patch.object(execution, "_apply_line", until_killed):
        if after < 3:
            with pytest.raises(Killed):
                carry_on(plan)
        else:
            carry_on(plan)
    assert states(plan).count("done") == after

    assert execution.carry_on_all(now=NOW) == (1 if after < 3 else 0)

    plan.refresh_from_db()
    assert (plan.state, states(plan)) == ("applied", ["done"] * 3)
    moves = JournalEntry.objects.filter(name="appointment.reassigned")
    assert moves.count() == 3
    check_clean()


def test_lost_in_the_middle_of_a_patient_nothing_of_it_remains(at, ill):
    plan = a_plan(at, ill, 0)
    start(plan)

    with (
        patch.object(RepairLine, "save", side_effect=Killed),
        pytest.raises(Killed),
    ):
        carry_on(plan)

    assert who_serves() == {ill.pk}
    assert Conflict.objects.get().resolved_at is None
    carry_on(plan)
    assert states(plan) == ["done"]


def test_two_workers_do_each_patient_once(at, ill):
    plan = a_plan(at, ill, 0, 60, 120)
    start(plan)

    results = race([partial(execution.carry_on, plan_id=plan.pk, now=NOW)] * 3)

    assert results == [None] * 3
    assert states(plan) == ["done"] * 3
    entries = JournalEntry.objects.filter(name="appointment.reassigned")
    assert entries.count() == 3
    assert JournalEntry.objects.filter(name="repair.applied").count() == 1
    check_clean()


def test_a_visit_changed_in_the_meantime_is_left_and_says_so(at, ill):
    plan = a_plan(at, ill, 0, 60)
    visit = plan.lines.get(position=1).appointment
    act(book.confirm, visit)

    apply(plan)

    line = plan.lines.get(position=1)
    assert (line.state, plan.state) == ("failed", "applied")
    assert "changed in the meantime" in line.detail
    assert call_of(line).patient_id == visit.patient_id
    assert states(plan) == ["failed", "done"]
    assert selectors.progress(plan) == selectors.Progress(1, 1, 2)


def test_a_time_taken_in_the_meantime_is_left_says_so_and_is_called(at, ill, other):
    plan = a_plan(at, ill, 0)
    at.book(clinician=other.pk)

    apply(plan)

    line = plan.lines.get()
    assert (line.state, line.detail) == ("failed", attempts.TAKEN)
    assert Conflict.objects.get().resolved_at is None
    assert call_of(line).text == attempts.FAILED_TEXT
    check_clean()


def test_a_conflict_somebody_resolved_is_not_touched(at, ill):
    plan = a_plan(at, ill, 0)
    act(book.cancel, plan.lines.get().appointment)

    apply(plan)

    line = plan.lines.get()
    assert (line.state, "cancelled" in line.detail) == ("failed", True)
    assert not Task.objects.filter(subject__startswith="conflict:").exists()


def first_time(fault):
    """The first line meets `fault`, all later ones the real thing."""
    real, calls = execution._apply_line, []

    def stopped(*args):
        calls.append(args)
        if len(calls) == 1:
            raise fault
        real(*args)

    return patch.object(execution, "_apply_line", stopped)


@pytest.mark.parametrize("fault", [IntegrityError("x"), KeyError("Maria Example")])
def test_an_unexpected_fault_fails_its_line_alone_and_is_in_the_log(at, ill, fault):
    plan = a_plan(at, ill, 0, 60)
    start(plan)

    with first_time(fault), capture_logs() as logs:
        carry_on(plan)

    assert (plan.state, states(plan)) == ("applied", ["failed", "done"])
    line = plan.lines.get(position=1)
    assert line.detail == attempts.UNEXPECTED
    assert call_of(line)
    [entry] = [entry for entry in logs if entry["event"] == "repair_line_failed"]
    assert (entry["log_level"], entry["error"]) == ("error", type(fault).__name__)
    assert entry["place"].startswith("test_repair_runs.py:")
    assert "Maria" not in str(logs)


def test_a_busy_line_waits_and_is_done_at_the_next_ring(at, ill):
    plan = a_plan(at, ill, 0, 60)
    start(plan)

    with first_time(Busy()):
        carry_on(plan)

    assert (plan.state, states(plan)) == ("applying", ["proposed", "done"])
    assert plan.lines.get(position=1).detail == attempts.LATER
    assert not Task.objects.exists()
    carry_on(plan)
    assert (plan.state, states(plan)) == ("applied", ["done", "done"])
    assert plan.lines.get(position=1).detail == ""


def test_a_plan_that_cannot_go_on_does_not_stop_the_others(at, ill):
    plan = a_plan(at, ill, 0)
    start(plan)
    real, lost = execution.in_whose_name, uuid4()
    broken = RepairPlan.objects.create(
        pk=lost,
        clinic_id=plan.clinic_id,
        absence=away(at, resource_id=at.by_kind["consult_room"][0].pk, start=EIGHT),
        state="applying",
        method="exact",
        made_by="x",
        created_at=NOW - minutes(5),
    )

    def named(which):
        if which.pk == lost:
            raise KeyError(lost)
        return real(which)

    with (
        patch.object(execution, "in_whose_name", named),
        capture_logs() as logs,
    ):
        assert execution.carry_on_all(now=NOW) == 2

    plan.refresh_from_db()
    assert plan.state == "applied"
    [entry] = logs
    assert (entry["event"], entry["log_level"]) == ("repair_plan_stopped", "error")
    assert entry["plan"] == str(broken.pk)


def test_it_is_started_once_and_undone_only_when_done(at, ill):
    plan = a_plan(at, ill, 0)
    started = start(plan)

    with pytest.raises(PlanAtWork):
        start(plan, version=started.version)
    with pytest.raises(PlanAtWork):
        undo(plan)
