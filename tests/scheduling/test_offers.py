"""A freed opening is offered to who waits; the first yes gets it."""

from collections import Counter
from datetime import timedelta

import pytest

from core.refusal import Reason, Refused
from scheduling.booking import book, patient_answers
from scheduling.booking import rules as asking
from scheduling.booking.errors import InvalidStart, SlotTaken
from scheduling.consistency import checks as booking_checks
from scheduling.events import OfferClosed, OfferMade
from scheduling.models import Appointment, AppointmentMove, FreedOpening, Offer
from scheduling.waitlist import ends, freed_openings, offers
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.acceptance import OfferGone
from scheduling.waitlist.offers import HandledAlready, NobodyMatches, NotForThem
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.factories.waitlist import offer_of
from tests.scheduling.offering import accept, decline, history, run_jobs, states

pytestmark = pytest.mark.django_db


def seconds(count):
    return timedelta(seconds=count)


LATER = NINE + timedelta(days=7)
EVENING = NINE - timedelta(hours=12)  # 21:00, when messages wait for the morning


def test_the_first_yes_gets_the_opening_and_the_others_stay_on_the_list():
    at = make.practice()
    first, second, third = waits.waiting(at, 3)
    waits.offer(at, freed_id=waits.freed(at).pk)

    visit = accept(second)
    run_jobs()

    assert (visit.patient_id, visit.start) == (second.patient_id, NINE)
    assert states(first, second, third) == ["too-late", "accepted", "too-late"]
    second.refresh_from_db()
    assert (second.closed_as, second.closed_at) == ("booked", NOW)
    assert {e.pk for e in waitlist.entries(at.clinic.pk)} == {first.pk, third.pk}
    assert booking_checks.findings(NOW) == []


def test_who_is_second_is_told_kindly_and_changes_nothing():
    at = make.practice()
    first, second = waits.waiting(at, 2)
    waits.offer(at)
    accept(first)

    with pytest.raises(OfferGone, match=r"just been taken\. You stay on the list"):
        accept(second)

    second.refresh_from_db()
    assert second.closed_at is None
    assert Appointment.objects.count() == 1


def test_the_same_yes_again_gives_the_same_visit():
    at = make.practice()
    (entry,) = waits.waiting(at, 1)
    waits.offer(at)

    assert accept(entry).pk == accept(entry).pk


def test_all_of_it_is_on_the_entrys_history():
    at = make.practice()
    first, second, third = waits.waiting(at, 3)
    waits.offer(at)
    decline(third)
    accept(first)
    run_jobs()

    assert history(first) == [
        "waitlist.added",
        "waitlist.offered",
        "waitlist.offer_accepted",
        "waitlist.booked",
    ]
    assert history(second)[1:] == ["waitlist.offered", "waitlist.offer_too_late"]
    assert history(third)[1:] == ["waitlist.offered", "waitlist.offer_declined"]


def test_an_accepted_offer_moves_the_visit_of_who_wanted_to_come_sooner():
    at = make.practice()
    patient = at.patient()
    booked = at.book(patient, start=LATER)
    entry = waits.entry(at, patient, appointment_id=booked.pk)
    waits.offer(at)

    moved = accept(entry)

    assert (moved.pk, moved.start, moved.revision) == (booked.pk, NINE, 1)
    assert moved.version == booked.version + 1
    kept = AppointmentMove.objects.get(appointment=moved)
    assert kept.from_during.lower == LATER
    assert len(kept.from_claims) == 2
    again = FreedOpening.objects.get(freed_by_act="moved")
    assert again.during.lower == LATER
    assert booking_checks.findings(NOW) == []


def test_an_accepted_offer_ends_what_the_patient_said_of_the_old_time():
    at = make.practice()
    patient = at.patient()
    booked = at.book(patient, start=LATER)
    patient_answers.decline(appointment_id=booked.pk, answer="no", by=BY, now=NOW)
    entry = waits.entry(at, patient, appointment_id=booked.pk)
    waits.offer(at)

    moved = accept(entry)

    moved.refresh_from_db()
    assert (moved.answer, moved.answered_at) == ("", None)
    assert patient.tasks.get(kind="cannot_come").outcome == "The visit was moved."


def test_a_rule_that_objects_is_answered_and_on_record(monkeypatch):
    at = make.practice()
    (entry,) = waits.waiting(at, 1)
    waits.offer(at)
    objection = Reason("not-now", "Not now.")
    rule = asking.Rule(lambda ask: [objection] if ask.act == "offer" else [])
    monkeypatch.setattr(asking, "_rules", [rule])

    refused = accept(entry)

    assert refused == Refused((objection,))
    assert history(entry)[-1] == "waitlist.accept.refused"
    assert states(entry) == ["offered"]


def test_an_offer_that_ran_out_is_closed_and_the_opening_comes_back():
    at = make.practice()
    (entry,) = waits.waiting(at, 1)
    freed = waits.freed(at)
    waits.offer(at, freed_id=freed.pk, lasts=minutes(60))
    after = NOW + minutes(61)

    with pytest.raises(OfferGone, match="has ended"):
        accept(entry, after)
    run_jobs(after)

    assert states(entry) == ["expired"]
    freed.refresh_from_db()
    assert freed.handled_at is None
    with pytest.raises(NobodyMatches, match="another opening"):
        waits.offer(at, freed_id=freed.pk, now=after)


def test_when_everybody_says_no_the_opening_is_given_back_at_once():
    at = make.practice()
    first, second = waits.waiting(at, 2)
    held = waits.offer(at)

    decline(first)
    held.refresh_from_db()
    assert held.ended_at is None
    decline(second)

    held.refresh_from_db()
    assert held.ended_as == "released"
    assert at.book().start == NINE


def test_a_batch_taken_back_withdraws_every_offer():
    at = make.practice()
    first, second = waits.waiting(at, 2)
    held = waits.offer(at)

    offers.withdraw_batch(hold_id=held.pk, clinic_id=at.clinic.pk, by=BY, now=NOW)
    with pytest.raises(OfferGone, match="taken back"):
        accept(first)
    run_jobs()

    assert states(first, second) == ["withdrawn", "withdrawn"]


def test_the_batch_is_as_large_as_the_clinic_says_and_in_fair_order():
    at = make.practice(offer_batch_size=2)
    first, second, third, fourth = waits.waiting(at, 4)

    waits.offer(at)
    waits.offer(at, start=NINE + minutes(60))

    assert all(Offer.objects.filter(entry=e).count() == 1 for e in (first, second))
    assert offer_of(third).hold_id == offer_of(fourth).hold_id
    assert offer_of(third).hold_id != offer_of(first).hold_id


def test_an_offer_never_outlasts_the_minimum_lead():
    at = make.practice()
    waits.waiting(at, 1)
    ten = NINE + minutes(60)

    held = waits.offer(at, start=ten, lasts=timedelta(days=1), now=ten - minutes(30))

    assert held.expires_at == ten


def test_an_offer_of_the_evening_counts_from_when_messages_leave():
    at = make.practice()
    (entry,) = waits.waiting(at, 1)

    held = waits.offer(at, start=LATER, lasts=minutes(240), now=EVENING)

    assert held.expires_at == offer_of(entry).expires_at == NINE + minutes(240)
    run_jobs(NINE + minutes(1))
    assert states(entry) == ["offered"]


def test_an_offer_of_the_evening_waits_for_the_latest_morning_of_those_chosen():
    at = make.practice()
    waits.waiting(at, 1)
    waits.entry(at, at.patient(time_zone="America/Denver"))

    held = waits.offer(at, start=LATER, lasts=minutes(240), now=EVENING)

    assert held.expires_at == NINE + minutes(300)


def test_an_opening_before_messages_may_leave_is_refused_in_words():
    at = make.practice()
    waits.waiting(at, 1)

    with pytest.raises(InvalidStart, match=r"too soon to offer .* Call instead"):
        waits.offer(at, now=EVENING)


def test_too_little_time_is_said_so():
    at = make.practice()
    waits.waiting(at, 1)

    with pytest.raises(InvalidStart, match="too little time"):
        waits.offer(at, now=NINE - minutes(4))


def test_who_does_not_fit_is_not_offered_and_is_named_with_the_reason():
    at = make.practice()
    patient = at.patient()
    entry = waits.entry(at, patient, minimum_notice=timedelta(days=7))

    with pytest.raises(NotForThem, match="Needs 7 days’ notice; this is in 23 hours"):
        waits.offer(at, entries=[entry.pk])
    with pytest.raises(NobodyMatches, match="1 needs 7 days’ notice"):
        waits.offer(at)


def test_an_opening_that_is_taken_meanwhile_cannot_be_offered():
    at = make.practice()
    waits.waiting(at, 1)
    freed = waits.freed(at)
    at.book()

    with pytest.raises((SlotTaken, NobodyMatches)):
        waits.offer(at, freed_id=freed.pk)
    freed_openings.settle(by=BY, now=NOW)

    freed.refresh_from_db()
    assert freed.handled_as == "gone"


def test_two_who_offer_the_same_opening_are_told_so():
    at = make.practice()
    waits.waiting(at, 2)
    freed = waits.freed(at)
    waits.offer(at, freed_id=freed.pk, batch=1)

    with pytest.raises(HandledAlready):
        waits.offer(at, freed_id=freed.pk)


def test_only_time_still_ahead_counts_as_freed():
    at = make.practice()
    visit = at.book()

    book.no_show(appointment_id=visit.pk, by=BY, now=NINE + minutes(5))

    assert not FreedOpening.objects.exists()


def test_everybody_is_told_once_in_a_transaction_of_their_own(heard):
    at = make.practice()
    first, second = waits.waiting(at, 2)
    waits.offer(at)
    ends.announce_offers(by=BY, now=NOW)
    accept(first)
    ends.close_offer_batches(by=BY, now=NOW)
    ends.close_offer_batches(by=BY, now=NOW)

    made = Counter(e.patient_id for e in heard if isinstance(e, OfferMade))
    assert made == {first.patient_id: 1, second.patient_id: 1}
    closed = {e.patient_id: e.how for e in heard if isinstance(e, OfferClosed)}
    assert closed == {first.patient_id: "accepted", second.patient_id: "too-late"}


def test_where_the_clinic_wants_it_openings_are_offered_by_themselves():
    at = make.practice(offers_by_itself=True)
    other = make.practice()
    (entry,) = waits.waiting(at, 1)
    waits.waiting(other, 1)
    waits.freed(at)
    waits.freed(other)

    assert offers.offer_freed_openings(by=BY, now=NOW) == 1
    assert offers.offer_freed_openings(by=BY, now=NOW) == 0
    assert states(entry) == ["offered"]


def test_nothing_is_offered_by_itself_at_night():
    at = make.practice(offers_by_itself=True)
    waits.waiting(at, 1)
    waits.freed(at, start=LATER)
    night = NOW.replace(hour=4) + timedelta(days=1)  # 23:00 in Houston

    assert offers.offer_freed_openings(by=BY, now=night) == 0
    assert offers.offer_freed_openings(by=BY, now=night + timedelta(hours=11)) == 1


def test_after_a_batch_without_a_yes_the_next_are_asked_by_itself():
    at = make.practice(offers_by_itself=True, offer_batch_size=1)
    first, second = waits.waiting(at, 2)
    waits.freed(at)
    offers.offer_freed_openings(by=BY, now=NOW)
    run_jobs()
    decline(first)
    run_jobs()

    offers.offer_freed_openings(by=BY, now=NOW)

    assert states(first, second) == ["declined", "offered"]


def test_the_checker_sees_an_offer_that_was_won_without_a_visit():
    at = make.practice()
    (entry,) = waits.waiting(at, 1)
    waits.offer(at)
    assert booking_checks.findings(NOW) == []

    Offer.objects.update(state="accepted")

    text = f"Offer {offer_of(entry).pk} is accepted and has no visit."
    assert booking_checks.Finding("offers", text) in booking_checks.findings(NOW)
