"""Claim, gate, call, settle: what leaves, what does not, and what happens to it."""

import pytest

from notifications.channels.contract import Accepted
from notifications.domain import states
from notifications.models import (
    Attempt,
    MailboxItem,
    Message,
)
from notifications.services import messages
from notifications.services.planning import replan
from notifications.services.sending import send_due
from patients.services import consents, links
from tests.factories import notifications as make
from tests.factories.notifications import BY, NOW, at
from tests.notifications.scripted import state_of

pytestmark = pytest.mark.django_db

REMINDER = at("2026-09-07 10:00")


def test_a_due_message_reaches_the_mailbox_with_its_link():
    make.booked()

    tally = send_due(as_of=NOW)

    item = MailboxItem.objects.get()
    message = Message.objects.get(kind="confirmation")
    assert (tally.claimed, tally.sent) == (1, 1)
    assert message.state == states.ACCEPTED
    assert f"/v/{links.token(message.link)}/" in item.body
    assert (item.channel, item.address) == ("sms", message.tries.get().contact.value)


def test_what_we_keep_never_holds_the_token():
    make.booked()

    send_due(as_of=NOW)

    message = Message.objects.get(kind="confirmation")
    attempt = message.tries.get()
    assert links.token(message.link) not in message.body + attempt.body
    assert "/v/•••/" in attempt.body


def test_a_message_is_sent_once_however_often_we_ask():
    make.booked()

    for _ in range(3):
        send_due(as_of=NOW)

    assert (MailboxItem.objects.count(), Attempt.objects.count()) == (1, 1)


def test_what_is_not_due_stays():
    make.booked()

    send_due(as_of=NOW)

    assert state_of("day_before") == ("scheduled", "")


def test_a_cancelled_visits_reminder_does_not_leave():
    place, _, visit = make.booked()
    send_due(as_of=NOW)

    make.cancel(place, visit, now=NOW)
    send_due(as_of=REMINDER)

    assert state_of("day_before") == ("cancelled", "visit_cancelled")
    kinds = Message.objects.filter(state="accepted").values_list("kind", flat=True)
    assert sorted(kinds) == ["cancelled", "confirmation"]


def test_the_gate_sees_what_planning_was_not_told(provider):
    _, who, _ = make.booked()
    scripted = provider(Accepted())
    # Behind planning's back, as a failed subscriber would leave it.
    consents.keep(who, "sms", False, by=BY, now=NOW)

    send_due(as_of=NOW)

    assert state_of() == ("suppressed", "no_consent")
    assert scripted.letters == []


def test_a_message_due_at_night_waits_for_the_window():
    place = make.office()
    make.book(place, make.patient(place), now=at("2026-09-01 21:00"))

    send_due(as_of=at("2026-09-01 22:00"))
    assert not MailboxItem.objects.exists()
    send_due(as_of=at("2026-09-02 09:00"))

    assert MailboxItem.objects.count() == 1


def test_a_late_reminder_expires_instead_of_leaving():
    make.booked()
    send_due(as_of=NOW)

    send_due(as_of=at("2026-09-07 22:00"))

    assert state_of("day_before") == ("expired", "too_late")
    assert MailboxItem.objects.count() == 1


def test_two_visits_of_one_day_are_told_in_one_reminder():
    place, who, _ = make.booked()
    make.book(place, who, start=at("2026-09-08 15:00"))
    send_due(as_of=NOW)

    send_due(as_of=REMINDER)

    reminder = Message.objects.get(kind="day_before")
    assert reminder.state == "accepted"
    assert "tomorrow, Tue Sep 8 at 9:00 AM and at 3:00 PM." in reminder.body
    assert Message.objects.filter(kind="confirmation", state="accepted").count() == 2


def test_a_message_is_taken_back_by_hand_and_not_planned_again():
    place, _, visit = make.booked()
    message = Message.objects.get(kind="confirmation")

    messages.cancel(
        message_id=message.pk, clinic_id=place.clinic.pk, by=place.by, now=NOW
    )
    replan(subject=f"appointment:{visit.pk}", now=NOW)

    assert state_of() == ("cancelled", "by_hand")


def test_a_message_that_left_is_not_taken_back():
    place, _, _ = make.booked()
    send_due(as_of=NOW)
    message = Message.objects.get(kind="confirmation")

    answer = messages.cancel(
        message_id=message.pk, clinic_id=place.clinic.pk, by=place.by, now=NOW
    )

    assert [reason.code for reason in answer.reasons] == ["message-gone"]
