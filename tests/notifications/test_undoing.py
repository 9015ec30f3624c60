"""A move taken back: what the patient hears of it, really sent or not."""

from datetime import timedelta

import pytest

from notifications.models import MailboxItem, Message
from notifications.services.checking import faults
from notifications.services.sending import send_due
from scheduling.booking import book
from scheduling.setup import services as setup
from tests.factories import notifications as make
from tests.factories.notifications import NOW, VISIT, at

pytestmark = pytest.mark.django_db

TEN = at("2026-09-02 10:00")
LATER = at("2026-09-09 11:00")


def told_and_confirmed():
    """A visit whose patient was sent the confirmation, and said yes."""
    place, _, visit = make.booked()
    send_due(as_of=NOW)
    known = {"appointment_id": visit.pk, "by": place.by}
    visit = book.confirm(**known, version=1, now=at("2026-09-01 12:00"))
    return place, visit


def undo(place, visit, when):
    return book.undo_move(
        appointment_id=visit.pk, version=visit.version, by=place.by, now=when
    )


def notices():
    return list(Message.objects.filter(kind="moved").values_list("revision", "state"))


def test_move_and_undo_within_the_hold_send_nothing_and_keep_the_confirmation():
    place, visit = told_and_confirmed()
    moved = make.move(place, visit, start=LATER, now=TEN)
    send_due(as_of=at("2026-09-02 10:01"))

    back = undo(place, moved, at("2026-09-02 10:01"))
    send_due(as_of=at("2026-09-02 10:30"))

    assert MailboxItem.objects.count() == 1  # the confirmation
    assert notices() == [(1, "superseded")]
    assert (back.start, back.confirmed_at) == (VISIT, visit.confirmed_at)


def test_the_reminder_is_for_the_old_time_again():
    place, visit = told_and_confirmed()

    undo(place, make.move(place, visit, start=LATER, now=TEN), TEN)

    [reminder] = Message.objects.filter(kind="day_before", state="scheduled")
    assert (reminder.told_start, reminder.next_at) == (VISIT, at("2026-09-07 10:00"))


def test_an_undo_after_the_notice_has_left_is_told_as_well():
    place, visit = told_and_confirmed()
    moved = make.move(place, visit, start=LATER, now=TEN)
    send_due(as_of=at("2026-09-02 10:05"))

    undo(place, moved, at("2026-09-02 10:10"))
    send_due(as_of=at("2026-09-02 10:30"))

    assert [text.body.count("new time") for text in MailboxItem.objects.order_by("pk")][
        1:
    ] == [1, 1]
    assert notices() == [(1, "accepted"), (2, "accepted")]


def test_other_resources_at_the_same_time_are_told_to_nobody():
    place, visit = told_and_confirmed()
    used = visit.reservations.filter(released_at=None, resource__kind="clinician")
    ill = used.values_list("resource", flat=True).get()

    changed = book.reassign(
        appointment_id=visit.pk,
        version=visit.version,
        avoiding=frozenset({ill}),
        by=place.by,
        now=TEN,
    )
    send_due(as_of=at("2026-09-02 12:00"))

    assert changed.confirmed_at == visit.confirmed_at
    assert MailboxItem.objects.count() == 1
    assert notices() == []


def planned():
    """What waits to be sent, and when."""
    rows = Message.objects.filter(state="scheduled").order_by("kind")
    return list(rows.values_list("kind", "revision", "next_at"))


def test_an_arrival_that_is_taken_back_leaves_the_messages_as_they_were():
    place, visit = told_and_confirmed()
    visit = make.move(place, visit, start=LATER, now=TEN)
    send_due(as_of=at("2026-09-02 10:30"))
    send_due(as_of=at("2026-09-08 10:00"))  # the reminder
    on_the_day = at("2026-09-09 10:00")
    visit = make.move(place, visit, start=at("2026-09-09 15:00"), now=on_the_day)
    before = planned()
    known = {"appointment_id": visit.pk, "by": place.by, "now": on_the_day}

    arrived = book.arrive(**known, version=visit.version)
    meanwhile = planned()
    book.undo_arrival(**known, version=arrived.version)

    assert [kind for kind, *_ in before] == ["moved"]
    assert meanwhile == []
    assert planned() == before


def test_a_no_show_that_is_taken_back_sends_nothing_and_leaves_the_plan_whole():
    place, visit = told_and_confirmed()
    send_due(as_of=at("2026-09-08 10:00"))  # the reminder
    before = MailboxItem.objects.count()
    start = visit.start
    known = {"appointment_id": visit.pk, "by": place.by}

    book.no_show(**known, now=start + timedelta(minutes=20))
    assert [kind for kind, *_ in planned()] == ["missed"]
    back = book.undo_no_show(**known, now=start + timedelta(minutes=25))

    assert back.status == "booked"
    assert planned() == []
    assert MailboxItem.objects.count() == before
    assert faults(start + timedelta(minutes=30)) == []


def test_another_clinician_at_the_same_time_sends_nothing():
    place, visit = told_and_confirmed()
    mine = visit.reservations.get(resource__kind="clinician", released_at=None)
    setup.add_resource(
        clinic_id=place.clinic.pk, kind="clinician", name="Chen", by=place.by, now=NOW
    )
    before = planned()

    changed = book.reassign(
        appointment_id=visit.pk,
        version=visit.version,
        avoiding=frozenset({mine.resource_id}),
        reason="ill",
        by=place.by,
        now=TEN,
    )
    send_due(as_of=at("2026-09-02 10:30"))

    assert changed.version == visit.version + 1
    assert planned() == before
    assert MailboxItem.objects.count() == 1  # the confirmation
