"""Taking a plan back: one patient at a time, before anybody is told."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from core.db import Busy
from notifications.domain.catalogue import UNDO_HOLD
from notifications.models import MailboxItem, Message
from notifications.services.sending import send_due
from scheduling.absences import services as absences
from scheduling.booking import book
from scheduling.models import Conflict, RepairPlan
from scheduling.repair import attempts, execution, selectors
from scheduling.repair.execution import UndoOver
from scheduling.repair.selectors import UNDO_WITHIN
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import minutes
from tests.scheduling.acts import WHO, act, away
from tests.scheduling.repairing import (
    EIGHT,
    SOON,
    TWO,
    Killed,
    a_plan,
    apply,
    as_booked,
    call_of,
    carry_on,
    check_clean,
    moved_plan,
    reach,
    start_undo,
    states,
    undo,
    who_serves,
)

pytestmark = pytest.mark.usefixtures("committed_db", "in_lock_order")


@pytest.fixture
def at():
    return make.practice(TWO)


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
    real, calls = execution._undo_line, []

    def until_killed(*args):
        if calls:
            raise Killed
        calls.append(args)
        real(*args)

    with (
        patch.object(execution, "_undo_line", until_killed),
        pytest.raises(Killed),
    ):
        undo(plan)
    plan.refresh_from_db()
    assert sorted(states(plan)) == ["done", "undone"]

    execution.carry_on_all(now=NOW + minutes(1))

    assert as_booked() == before
    assert RepairPlan.objects.get().state == "undone"


def test_undo_ends_shortly_before_the_first_notice_leaves(at, ill):
    plan = a_plan(at, ill, 0)
    apply(plan)

    assert UNDO_WITHIN == UNDO_HOLD
    assert selectors.undo_until(plan) == NOW + UNDO_HOLD - selectors.MARGIN
    with pytest.raises(UndoOver):
        undo(plan, NOW + UNDO_HOLD - selectors.MARGIN)


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
    act(book.confirm, visit)

    undo(plan)
    send_all(NOW + minutes(30))

    assert states(plan) == ["failed", "undone"]
    assert heard_of_a_move() == 1


def test_a_visit_changed_since_stays_says_so_and_is_called(at, ill, other):
    plan = moved_plan(at, ill, other)
    apply(plan)
    visit = plan.lines.get(position=1).appointment
    visit.refresh_from_db()
    act(book.confirm, visit)

    undo(plan)

    line = plan.lines.get(position=1)
    assert (line.state, plan.state) == ("failed", "undone")
    assert "changed in the meantime" in line.detail
    assert selectors.progress(plan) == selectors.Progress(1, 1, 2)
    assert call_of(line).text == attempts.STAYS_TEXT
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
    assert (line.state, line.detail) == ("failed", attempts.TAKEN)
    assert call_of(line).text == attempts.STAYS_TEXT
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

    with patch.object(execution, "_undo_line", side_effect=Busy):
        undo(plan)

    assert (plan.state, states(plan)) == ("undoing", ["done", "done"])
    carry_on(plan, SOON)
    assert (plan.state, states(plan)) == ("undone", ["undone", "undone"])
