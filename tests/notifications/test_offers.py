"""Offers of a freed opening: told while they stand, and kindly when they are gone."""

from datetime import timedelta

import pytest

from core.models import FailedReaction
from notifications.domain import states
from notifications.domain.catalogue import KINDS
from notifications.models import MailboxItem, Message, PlannedCall
from notifications.services import checking
from notifications.services.sending import send_due
from patients.models import PatientLink
from patients.services import consents, links
from scheduling.absences import services as absences
from scheduling.booking import book, holds
from scheduling.waitlist import acceptance, ends, offers
from scheduling.waitlist import entries as waitlist
from scheduling.waitlist.acceptance import OfferGone
from tests.factories import notifications as make
from tests.factories import waitlist as waits
from tests.factories.notifications import BY, NOW, VISIT, at
from tests.factories.waitlist import offer_of
from tests.notifications.scripted import state_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def offered(count=1, *, now=NOW, **fields):
    """So many entries of one batch, told about by texts unless said otherwise."""
    place = make.office()
    entries = [waits.entry(place, make.patient(place, **fields)) for _ in range(count)]
    held = waits.offer(place, start=VISIT, now=now, lasts=4 * HOUR)
    assert not FailedReaction.objects.exists()
    return place, held, entries


def accept(entry, now=NOW):
    acceptance.accept(offer_id=offer_of(entry).pk, by=BY, now=now)
    ends.close_offer_batches(by=BY, now=now)
    assert not FailedReaction.objects.exists()


def message_to(entry, kind):
    return Message.objects.get(patient=entry.patient_id, kind=kind)


def test_an_offer_leaves_at_once_with_a_link_that_lasts_as_long():
    _, held, (entry,) = offered()

    send_due(as_of=NOW)

    message = message_to(entry, "offer")
    assert message.state == states.ACCEPTED
    assert message.expires_at == held.expires_at == NOW + 4 * HOUR
    link = PatientLink.objects.get()
    assert (link.purpose, link.expires_at) == ("offer", held.expires_at)
    body = MailboxItem.objects.get().body
    assert "Marisol, a time is free: Tue Sep 8 at 9:00 AM" in body
    assert links.token(link) in body


def test_who_was_too_late_and_had_heard_of_it_is_told_kindly():
    _, _, (first, second) = offered(2)
    send_due(as_of=NOW)

    accept(first, NOW + HOUR)
    send_due(as_of=NOW + HOUR)

    told = message_to(second, "offer_gone")
    assert told.state == states.ACCEPTED
    assert "is no longer free. You stay on our list." in told.body
    assert not Message.objects.filter(patient=first.patient_id, kind="offer_gone")
    assert message_to(first, "confirmation").state == states.ACCEPTED
    assert checking.faults(NOW + HOUR) == []


def test_who_had_not_heard_of_it_hears_nothing_at_all():
    _, _, (first, second) = offered(2)

    accept(first)
    send_due(as_of=NOW)

    assert message_to(second, "offer").state == states.CANCELLED
    assert not Message.objects.filter(kind="offer_gone").exists()
    assert checking.faults(NOW) == []


def test_an_offer_whose_time_is_taken_is_stopped_at_the_gate():
    _, _, (first, second) = offered(2)
    acceptance.accept(offer_id=offer_of(first).pk, by=BY, now=NOW)

    send_due(as_of=NOW)

    assert message_to(second, "offer").state == states.CANCELLED
    assert message_to(second, "offer").reason == "offer_closed"


def test_an_offer_that_ran_out_is_neither_sent_nor_followed_by_anything():
    _, held, _ = offered()
    after = held.expires_at + timedelta(minutes=1)
    holds.release_expired_holds(by=BY, now=after)
    ends.close_offer_batches(by=BY, now=after)

    send_due(as_of=after)

    assert state_of("offer")[0] in {states.CANCELLED, states.EXPIRED}
    assert Message.objects.count() == 1
    assert checking.faults(after) == []


def test_a_batch_that_was_taken_back_is_told_to_who_had_heard():
    place, held, (entry,) = offered()
    send_due(as_of=NOW)

    offers.withdraw_batch(hold_id=held.pk, clinic_id=place.clinic.pk, by=BY, now=NOW)
    ends.close_offer_batches(by=BY, now=NOW)

    told = message_to(entry, "offer_gone")
    assert told.state == states.SCHEDULED
    assert "is no longer free. You stay on our list." in told.body
    assert "taken" not in told.body


def test_who_took_a_time_that_is_undone_hears_that_it_is_free_no_longer():
    place = make.office()
    patient = make.patient(place)
    booked = make.book(place, patient, start=VISIT + timedelta(days=7))
    entry = waits.entry(place, patient, appointment_id=booked.pk)
    waits.offer(place, start=VISIT, now=NOW, lasts=4 * HOUR)
    send_due(as_of=NOW)
    accept(entry)
    booked.refresh_from_db()

    book.undo_move(appointment_id=booked.pk, version=booked.version, by=BY, now=NOW)

    assert not FailedReaction.objects.exists()
    assert "You stay on our list" in message_to(entry, "offer_gone").body
    assert checking.faults(NOW) == []


def test_who_leaves_the_list_is_not_told_of_the_offer_that_ends_with_it():
    _, _, (entry,) = offered()
    send_due(as_of=NOW)

    waitlist.withdraw(entry_id=entry.pk, by=BY, now=NOW + HOUR)
    ends.close_offer_batches(by=BY, now=NOW + HOUR)

    assert offer_of(entry).state == "withdrawn"
    assert not Message.objects.filter(kind="offer_gone").exists()
    assert checking.faults(NOW + HOUR) == []


def test_who_leaves_the_list_at_night_is_not_told_in_the_morning_that_they_stay():
    evening = at("2026-09-01 19:30")
    place, held, (entry,) = offered(now=evening)
    send_due(as_of=evening)
    night = evening + HOUR
    offers.withdraw_batch(hold_id=held.pk, clinic_id=place.clinic.pk, by=BY, now=night)
    ends.close_offer_batches(by=BY, now=night)
    assert message_to(entry, "offer_gone").state == states.SCHEDULED

    waitlist.withdraw(entry_id=entry.pk, by=BY, now=night + HOUR)

    assert message_to(entry, "offer_gone").state == states.CANCELLED
    assert checking.faults(night + HOUR) == []


def test_an_offer_that_an_absence_ends_is_told_to_who_had_heard():
    place, held, (told, left) = offered(2)
    send_due(as_of=NOW)
    waitlist.withdraw(entry_id=left.pk, by=BY, now=NOW)
    later = NOW + HOUR
    resource = held.reservations.get(resource__kind="clinician").resource
    absences.open_absence(
        clinic_id=place.clinic.pk,
        resource_id=resource.pk,
        start=VISIT - HOUR,
        end=VISIT + HOUR,
        by=BY,
        now=later,
    )
    assert checking.faults(later) == []

    holds.release_expired_holds(by=BY, now=later)
    ends.close_offer_batches(by=BY, now=later)

    assert offer_of(told).state == "withdrawn"
    assert (
        "is no longer free. You stay on our list."
        in message_to(told, "offer_gone").body
    )
    assert not Message.objects.filter(patient=left.patient_id, kind="offer_gone")
    with pytest.raises(OfferGone, match="taken back"):
        acceptance.accept(offer_id=offer_of(told).pk, by=BY, now=later)
    assert checking.faults(later) == []


def test_whoever_no_message_may_reach_is_called_instead():
    _, _, (entry,) = offered(sms_consent=False)

    call = PlannedCall.objects.get()
    assert (call.patient_id, call.reason) == (entry.patient_id, "no_channel")
    assert "a free time offered to them" in call.task.text
    assert not Message.objects.exists()


def test_the_call_is_taken_back_with_the_offer():
    _, _, (first, _second) = offered(2, sms_consent=False)

    accept(first)

    calls = PlannedCall.objects.filter(subject__startswith="offer:")
    assert all(call.task.done_at for call in calls)


def test_an_offer_of_the_evening_is_told_in_the_morning_with_its_whole_term():
    _, held, (entry,) = offered(now=at("2026-09-01 20:59"))
    morning = at("2026-09-02 09:00")

    send_due(as_of=morning)

    assert message_to(entry, "offer").state == states.ACCEPTED
    assert held.expires_at == morning + 4 * HOUR
    assert not PlannedCall.objects.exists()


def test_no_consent_any_more_stops_the_offer():
    _, _, (entry,) = offered()

    consents.withdraw(patient_id=entry.patient_id, channel="sms", by=BY, now=NOW)
    send_due(as_of=NOW)

    assert message_to(entry, "offer").state == states.SUPPRESSED
    assert PlannedCall.objects.get().reason == "no_channel"


def test_no_cap_counts_or_drops_an_offer():
    assert not KINDS["offer"].is_reminder
    assert not KINDS["offer_gone"].is_reminder
