"""Carrying a plan out and back: one patient at a time, resumable, exactly once."""

from datetime import timedelta
from functools import partial
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.db import IntegrityError
from structlog.testing import capture_logs

from core.db import Busy, unit_of_work
from core.models import JournalEntry
from notifications.domain.catalogue import UNDO_HOLD
from notifications.models import MailboxItem, Message
from notifications.services.sending import send_due
from patients.models import Task
from patients.services import consents
from scheduling.domain.repair import UNDO_WITHIN
from scheduling.models import Appointment, Conflict, RepairLine, RepairPlan, Reservation
from scheduling.selectors import booking_checks
from scheduling.selectors import repair as selectors
from scheduling.services import (
    absences,
    booking,
    repair_lines,
    repair_plans,
    repair_runs,
)
from scheduling.services.repair_plans import PlanAtWork
from scheduling.services.repair_runs import UndoOver
from tests import lock_order
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import NINE, minutes
from tests.rivals import race
from tests.scheduling.acts import WHO, act, away, live

EIGHT = NINE - minutes(60)
SOON = NOW + minutes(1)
TWO = {**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2}
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def in_lock_order():
    with lock_order.watched() as watch:
        yield
    assert watch.faults == []


@pytest.fixture
def at():
    return make.practice(TWO)


@pytest.fixture
def ill(at):
    return at.by_kind["clinician"][0]


@pytest.fixture
def other(at):
    return at.by_kind["clinician"][1]


def a_plan(at, ill, *offsets):
    """Visits of the clinician who is ill at these minutes after nine, and a plan."""
    for offset in offsets:
        at.book(clinician=ill.pk, start=NINE + minutes(offset))
    absence = away(at, resource_id=ill.pk, start=EIGHT)
    return repair_plans.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)


def start(plan, **fields):
    fields = {"version": plan.version, **WHO, **fields}
    return unit_of_work(
        partial(repair_runs.start, plan_id=plan.pk, clinic_id=plan.clinic_id, **fields)
    )


def carry_on(plan, now=NOW):
    repair_runs.carry_on(plan_id=plan.pk, now=now)
    plan.refresh_from_db()


def apply(plan):
    start(plan)
    carry_on(plan)


def undo(plan, now=SOON):
    start_undo(plan, now)
    carry_on(plan, now)


def states(plan):
    return list(plan.lines.order_by("position").values_list("state", flat=True))


def who_serves(kind="clinician"):
    rows = Reservation.objects.filter(
        released_at=None, appointment__isnull=False, resource__kind=kind
    )
    return set(rows.values_list("resource", flat=True))


def check_clean():
    assert booking_checks.findings(NOW) == []


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
    plan = repair_plans.propose(absence_id=absence.pk, clinic_id=at.clinic.pk, **WHO)

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

    repair_lines.attempt(
        partial(repair_runs._apply_line, first.pk, WHO["by"], NOW),
        first.pk,
        "proposed",
        **WHO,
    )

    assert selectors.progress(plan) == selectors.Progress(1, 0, 3)
    carry_on(plan)
    assert selectors.progress(plan) == selectors.Progress(3, 0, 3)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_lost_between_two_patients_it_goes_on_and_does_each_once(at, ill, after):
    plan = a_plan(at, ill, 0, 60, 120)
    start(plan)
    real, calls = repair_runs._apply_line, []

    def until_killed(*args):
        if len(calls) == after:
            raise Killed
        calls.append(args)
        real(*args)

    with patch.object(repair_runs, "_apply_line", until_killed):
        if after < 3:
            with pytest.raises(Killed):
                carry_on(plan)
        else:
            carry_on(plan)
    assert states(plan).count("done") == after

    assert repair_runs.carry_on_all(now=NOW) == (1 if after < 3 else 0)

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

    results = race([partial(repair_runs.carry_on, plan_id=plan.pk, now=NOW)] * 3)

    assert results == [None] * 3
    assert states(plan) == ["done"] * 3
    entries = JournalEntry.objects.filter(name="appointment.reassigned")
    assert entries.count() == 3
    assert JournalEntry.objects.filter(name="repair.applied").count() == 1
    check_clean()


def call_of(line):
    return Task.objects.get(
        kind="call_patient", subject=f"conflict:{line.conflict_id}", done_at=None
    )


def test_a_visit_changed_in_the_meantime_is_left_and_says_so(at, ill):
    plan = a_plan(at, ill, 0, 60)
    visit = plan.lines.get(position=1).appointment
    act(booking.confirm, visit)

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
    assert (line.state, line.detail) == ("failed", repair_lines.TAKEN)
    assert Conflict.objects.get().resolved_at is None
    assert call_of(line).text == repair_lines.FAILED_TEXT
    check_clean()


def test_a_conflict_somebody_resolved_is_not_touched(at, ill):
    plan = a_plan(at, ill, 0)
    act(booking.cancel, plan.lines.get().appointment)

    apply(plan)

    line = plan.lines.get()
    assert (line.state, "cancelled" in line.detail) == ("failed", True)
    assert not Task.objects.filter(subject__startswith="conflict:").exists()


def first_time(fault):
    """The first line meets `fault`, all later ones the real thing."""
    real, calls = repair_runs._apply_line, []

    def stopped(*args):
        calls.append(args)
        if len(calls) == 1:
            raise fault
        real(*args)

    return patch.object(repair_runs, "_apply_line", stopped)


@pytest.mark.parametrize("fault", [IntegrityError("x"), KeyError("Maria Example")])
def test_an_unexpected_fault_fails_its_line_alone_and_is_in_the_log(at, ill, fault):
    plan = a_plan(at, ill, 0, 60)
    start(plan)

    with first_time(fault), capture_logs() as logs:
        carry_on(plan)

    assert (plan.state, states(plan)) == ("applied", ["failed", "done"])
    line = plan.lines.get(position=1)
    assert line.detail == repair_lines.UNEXPECTED
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
    assert plan.lines.get(position=1).detail == repair_lines.LATER
    assert not Task.objects.exists()
    carry_on(plan)
    assert (plan.state, states(plan)) == ("applied", ["done", "done"])
    assert plan.lines.get(position=1).detail == ""


def test_a_plan_that_cannot_go_on_does_not_stop_the_others(at, ill):
    plan = a_plan(at, ill, 0)
    start(plan)
    real, lost = repair_runs._in_whose_name, uuid4()
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
        patch.object(repair_runs, "_in_whose_name", named),
        capture_logs() as logs,
    ):
        assert repair_runs.carry_on_all(now=NOW) == 2

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


# --- Back ---------------------------------------------------------------------------


def reach(at):
    """Everybody agreed to texts."""
    for patient in {visit.patient for visit in Appointment.objects.all()}:
        consents.grant(patient_id=patient.pk, channel="sms", **WHO)


def as_booked():
    visits = Appointment.objects.order_by("pk").values_list("pk", "during", "status")
    taken = Reservation.objects.filter(released_at=None, appointment__isnull=False)
    return list(visits), sorted(
        taken.values_list("appointment", "resource", "period", "need")
    )


def moved_plan(at, ill, other):
    """One visit moves to the next day, as nobody else is free."""
    away(at, resource_id=other.pk, start=EIGHT)
    return a_plan(at, ill, 0, 60)


def test_undo_puts_everything_back_and_the_conflicts_are_open(at, ill, other):
    """ux C7.6"""
    plan = moved_plan(at, ill, other)
    before = as_booked()
    apply(plan)
    assert as_booked() != before

    undo(plan)

    assert as_booked() == before
    assert (plan.state, states(plan)) == ("undone", ["undone"] * 2)
    assert set(Conflict.objects.values_list("resolved_at", flat=True)) == {None}
    mine = plan.absence.reservations.filter(released_at=None)
    free = sum((r.ends_at - r.starts_at for r in mine), minutes(0))
    assert free == minutes(540 - 90)
    check_clean()


def test_move_and_undo_tell_nobody(at, ill, other):
    plan = moved_plan(at, ill, other)
    reach(at)
    for state in ("claimed", "sending", "accepted"):
        Message.objects.filter(kind="confirmation").update(state=state, sent_at=NOW)

    apply(plan)
    notices = Message.objects.filter(kind="moved")
    assert set(notices.values_list("state", flat=True)) == {"scheduled"}

    undo(plan)

    assert notices.count() == 2
    assert not notices.filter(state="scheduled").exists()
    assert not Message.objects.filter(kind="cancelled").exists()


def test_an_undo_that_is_lost_goes_on(at, ill, other):
    plan = moved_plan(at, ill, other)
    before = as_booked()
    apply(plan)
    real, calls = repair_runs._undo_line, []

    def until_killed(*args):
        if calls:
            raise Killed
        calls.append(args)
        real(*args)

    with (
        patch.object(repair_runs, "_undo_line", until_killed),
        pytest.raises(Killed),
    ):
        undo(plan)
    plan.refresh_from_db()
    assert sorted(states(plan)) == ["done", "undone"]

    repair_runs.carry_on_all(now=NOW + minutes(1))

    assert as_booked() == before
    assert RepairPlan.objects.get().state == "undone"


def test_undo_ends_shortly_before_the_first_notice_leaves(at, ill):
    plan = a_plan(at, ill, 0)
    apply(plan)

    assert UNDO_WITHIN == UNDO_HOLD
    assert selectors.undo_until(plan) == NOW + UNDO_HOLD - selectors.MARGIN
    with pytest.raises(UndoOver):
        undo(plan, NOW + UNDO_HOLD - selectors.MARGIN)


def start_undo(plan, now):
    return unit_of_work(
        partial(
            repair_runs.undo,
            plan_id=plan.pk,
            clinic_id=plan.clinic_id,
            version=RepairPlan.objects.get(pk=plan.pk).version,
            by=WHO["by"],
            now=now,
        )
    )


def send_all(now):
    """What is due then; what was put off is looked at again at once."""
    Message.objects.filter(state="scheduled").update(not_before=None)
    send_due(as_of=now)


def heard_of_a_move():
    return MailboxItem.objects.filter(body__contains="new time").count()


def test_no_notice_leaves_while_its_visit_waits_to_be_taken_back(at, ill, other):
    plan = moved_plan(at, ill, other)
    reach(at)
    send_all(NOW)
    apply(plan)
    due = NOW + UNDO_HOLD
    start_undo(plan, due - selectors.MARGIN - timedelta(seconds=1))

    send_all(due)
    waiting = Message.objects.filter(kind="moved")
    assert set(waiting.values_list("state", "reason")) == {
        ("scheduled", "plan_being_undone")
    }

    carry_on(plan, due)
    send_all(due + minutes(30))

    assert (plan.state, states(plan)) == ("undone", ["undone"] * 2)
    assert heard_of_a_move() == 0


def test_who_could_not_be_moved_back_hears_of_the_move(at, ill, other):
    plan = moved_plan(at, ill, other)
    reach(at)
    send_all(NOW)
    apply(plan)
    visit = plan.lines.get(position=1).appointment
    visit.refresh_from_db()
    act(booking.confirm, visit)

    undo(plan)
    send_all(NOW + minutes(30))

    assert states(plan) == ["failed", "undone"]
    assert heard_of_a_move() == 1


def test_a_visit_changed_since_stays_says_so_and_is_called(at, ill, other):
    plan = moved_plan(at, ill, other)
    apply(plan)
    visit = plan.lines.get(position=1).appointment
    visit.refresh_from_db()
    act(booking.confirm, visit)

    undo(plan)

    line = plan.lines.get(position=1)
    assert (line.state, plan.state) == ("failed", "undone")
    assert "changed in the meantime" in line.detail
    assert selectors.progress(plan) == selectors.Progress(1, 1, 2)
    assert call_of(line).text == repair_lines.STAYS_TEXT
    check_clean()


def test_an_old_time_taken_since_is_not_taken_back(at, ill, other):
    plan = moved_plan(at, ill, other)
    apply(plan)
    line = plan.lines.get(position=1)
    room = at.by_kind["consult_room"]
    for one in room:
        away(at, resource_id=one.pk, start=EIGHT)

    undo(plan)

    line.refresh_from_db()
    assert (line.state, line.detail) == ("failed", repair_lines.TAKEN)
    assert call_of(line).text == repair_lines.STAYS_TEXT
    check_clean()


def test_who_replaces_an_old_resource_that_is_taken_is_locked_in_order(at, ill, other):
    """The one room is another's now; the one that is free has a lower id."""
    low, high = sorted(room.pk for room in at.by_kind["consult_room"])
    closed = away(at, resource_id=low, start=EIGHT)
    plan = moved_plan(at, ill, other)
    apply(plan)
    assert high in {c["resource"] for c in plan.lines.first().move.from_claims}
    absences.end_absence(absence_id=closed.pk, clinic_id=at.clinic.pk, **WHO)
    away(at, resource_id=high, start=EIGHT)

    undo(plan)

    assert states(plan) == ["undone"] * 2
    assert who_serves("consult_room") == {low}
    check_clean()


def test_a_busy_undo_is_not_called_undone(at, ill, other):
    plan = moved_plan(at, ill, other)
    apply(plan)

    with patch.object(repair_runs, "_undo_line", side_effect=Busy):
        undo(plan)

    assert (plan.state, states(plan)) == ("undoing", ["done", "done"])
    carry_on(plan, SOON)
    assert (plan.state, states(plan)) == ("undone", ["undone", "undone"])
