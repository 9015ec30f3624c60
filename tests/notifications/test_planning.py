"""Messages are planned in the transaction that books, moves or cancels."""

import pytest
from django.db import transaction

from core import events, locks
from core.models import FailedReaction
from notifications import subscriptions
from notifications.models import Message, PlannedCall
from notifications.selectors import reviews as reviewed
from notifications.services import opt_outs, reviews
from notifications.services.planning import replan
from patients.models import PatientLink, Task
from patients.services import consents, contacts
from patients.services.patients import Changes, amend
from tests.factories import notifications as make
from tests.factories.notifications import NOW, VISIT, at

pytestmark = pytest.mark.django_db


def rows(**lookup):
    """Return {kind: state} of the messages, and no subscriber may have failed."""
    assert not list(FailedReaction.objects.values_list("error", "place"))
    return dict(Message.objects.filter(**lookup).values_list("kind", "state"))


def pretend_sent(kind, when):
    Message.objects.filter(kind=kind).update(state="claimed")
    Message.objects.filter(kind=kind).update(state="sending", sent_at=when)
    Message.objects.filter(kind=kind).update(state="accepted")


def test_a_booking_plans_its_confirmation_and_its_reminder():
    make.booked()

    assert rows() == {"confirmation": "scheduled", "day_before": "scheduled"}
    confirmation = Message.objects.get(kind="confirmation")
    assert (confirmation.due_at, confirmation.next_at) == (NOW, NOW)
    assert Message.objects.get(kind="day_before").next_at == at("2026-09-07 10:00")


def test_a_booking_that_rolls_back_leaves_no_message():
    place = make.office()
    who = make.patient(place)

    with transaction.atomic():
        make.book(place, who)
        assert Message.objects.count() == 2
        transaction.set_rollback(True)

    assert not Message.objects.exists()


def test_planning_that_failed_at_the_booking_is_repeated_under_the_patients_lock(
    monkeypatch,
):
    with monkeypatch.context() as fault:
        fault.setattr(subscriptions, "plan_booked", lambda **_: 1 / 0)
        _, _, visit = make.booked()
    assert FailedReaction.objects.get().error == "ZeroDivisionError"
    # Somebody else has planned it meanwhile: nothing may be planned twice.
    replan(subject=f"appointment:{visit.pk}", now=NOW)
    locked = []
    monkeypatch.setattr(
        locks, "observers", [lambda label, ids: locked.append((label, ids))]
    )

    assert events.retry_failed() == 0

    assert locked[0] == ("patients.Patient", [visit.patient_id])
    assert Message.objects.count() == 2


def test_a_message_keeps_its_words_without_the_link():
    make.booked()

    body = Message.objects.get(kind="confirmation").body

    assert "Marisol, your visit is Tue Sep 8 at 9:00 AM" in body
    assert "/v/•••/" in body


def test_confirmation_and_reminder_share_one_link():
    make.booked()

    link = PatientLink.objects.get()

    assert set(Message.objects.values_list("link", flat=True)) == {link.pk}
    assert link.purpose == "confirm"


def test_planning_again_changes_nothing():
    _, _, visit = make.booked()
    before = list(Message.objects.order_by("id").values())

    replan(subject=f"appointment:{visit.pk}", now=NOW)

    assert list(Message.objects.order_by("id").values()) == before


def test_a_cancelled_visit_stops_what_waits_and_tells_nobody_who_was_not_told():
    place, _, visit = make.booked()

    make.cancel(place, visit, now=NOW)

    assert rows() == {"confirmation": "cancelled", "day_before": "cancelled"}
    assert not PlannedCall.objects.exists()


def test_a_cancelled_visit_is_told_to_who_was_told_of_it():
    place, _, visit = make.booked()
    pretend_sent("confirmation", NOW)

    make.cancel(place, visit, now=at("2026-09-02 10:00"))

    assert rows()["cancelled"] == "scheduled"
    notice = Message.objects.get(kind="cancelled")
    assert notice.next_at == at("2026-09-02 10:02")
    assert "your visit on Tue Sep 8 at 9:00 AM is cancelled" in notice.body


def test_move_and_undo_sends_nothing():
    place, _, visit = make.booked()
    pretend_sent("confirmation", NOW)

    make.move(place, visit, start=at("2026-09-09 11:00"), now=at("2026-09-02 10:00"))
    assert rows(revision=1) == {"moved": "scheduled", "day_before": "scheduled"}
    make.move(place, visit, start=VISIT, now=at("2026-09-02 10:01"))

    assert rows(revision=1) == {"moved": "superseded", "day_before": "superseded"}
    assert rows(revision=2) == {"day_before": "scheduled"}


def test_a_moved_notice_says_the_new_time():
    place, _, visit = make.booked()
    pretend_sent("confirmation", NOW)

    make.move(place, visit, start=at("2026-09-09 11:00"), now=at("2026-09-02 10:00"))

    body = Message.objects.get(kind="moved").body
    assert "new time for your visit: Wed Sep 9 at 11:00 AM" in body


def test_a_cancellation_at_night_before_an_early_visit_becomes_a_call():
    place, _, visit = make.booked()
    pretend_sent("confirmation", NOW)

    make.cancel(place, visit, now=at("2026-09-07 21:00"))

    assert "cancelled" not in rows(state="scheduled")
    assert Task.objects.get().kind == "call_patient"


def test_a_call_that_is_no_longer_needed_is_taken_back():
    place, _, visit = make.booked(sms_consent=False)
    make.move(place, visit, start=at("2026-09-09 11:00"), now=at("2026-09-02 10:00"))
    assert Task.objects.filter(done_at=None).count() == 1

    make.cancel(place, visit, now=at("2026-09-02 11:00"))

    subjects = Task.objects.filter(done_at=None).values_list("subject", flat=True)
    assert list(subjects) == [f"appointment:{visit.pk}"]
    assert PlannedCall.objects.count() == 2


def test_nobody_is_written_to_without_consent():
    make.booked(sms_consent=False)

    assert rows() == {}


def test_a_withdrawn_consent_stops_what_waits_and_a_new_one_plans_again():
    place, who, _ = make.booked()

    consents.withdraw(patient_id=who.pk, channel="sms", by=place.by, now=NOW)
    assert set(rows().values()) == {"suppressed"}
    consents.grant(patient_id=who.pk, channel="sms", by=place.by, now=NOW)

    assert rows(state="scheduled").keys() == {"confirmation", "day_before"}
    assert Message.objects.count() == 4


def test_a_consent_to_mail_moves_the_messages_there():
    place, who, _ = make.booked()

    consents.grant(patient_id=who.pk, channel="email", by=place.by, now=NOW)
    consents.withdraw(patient_id=who.pk, channel="sms", by=place.by, now=NOW)

    waiting = Message.objects.filter(state="scheduled")
    assert set(waiting.values_list("channel", flat=True)) == {"email"}
    assert all(message.title for message in waiting)


def test_without_an_address_nothing_waits():
    place, who, _ = make.booked()

    contacts.end(patient_id=who.pk, system="phone", by=place.by, now=NOW)

    assert set(rows().values()) == {"suppressed"}


def test_a_new_zone_moves_the_reminder():
    place, who, _ = make.booked()
    who.refresh_from_db()

    amend(
        patient_id=who.pk,
        version=who.version,
        changes=Changes(time_zone="America/Denver"),
        by=place.by,
        now=NOW,
    )

    reminder = Message.objects.get(kind="day_before")
    assert reminder.next_at == at("2026-09-07 11:00")


def test_a_stop_silences_every_holder_of_the_number_and_a_start_unsilences():
    place, first, _ = make.booked(phone="+1 713 555 0177")
    second = make.patient(place, phone="+1 713 555 0177", given_name="Ana")
    make.book(place, second, start=at("2026-09-08 11:00"))

    held = opt_outs.stop(address="+17135550177", source="inbound", by=place.by, now=NOW)

    assert held == 2
    assert set(rows().values()) == {"suppressed"}
    opt_outs.start(address="+17135550177", source="inbound", by=place.by, now=NOW)
    assert Message.objects.filter(state="scheduled").count() == 4
    assert {first.pk, second.pk} == set(
        Message.objects.filter(state="scheduled").values_list("patient_id", flat=True)
    )


def test_spanish_waits_for_its_review():
    place = make.office()
    make.book(place, make.patient(place, language="es"))
    assert set(Message.objects.values_list("language", flat=True)) == {"en"}

    reviews.approve(clinic_id=place.clinic.pk, language="es", by=place.by, now=NOW)
    make.book(place, make.patient(place, language="es"), start=at("2026-09-08 11:00"))

    assert reviewed.reviewed(place.clinic.pk) == {"es"}
    spanish = Message.objects.get(kind="confirmation", language="es")
    assert "su cita es el martes 8 de septiembre a las 11:00 a.m." in spanish.body
