"""Patients on the list: added, matched as they are now, withdrawn, expired."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.problems import Invalid, NotFound
from core.refusal import Reason
from scheduling.booking import book
from scheduling.booking import rules as asking
from scheduling.consistency import checks as booking_checks
from scheduling.models import Hold, Offer, WaitlistEntry
from scheduling.visit_types.selectors import visit_kind
from scheduling.visit_types.variation import Variation
from scheduling.waitlist import acceptance, entries, matching, offers
from scheduling.waitlist import selectors as reading
from scheduling.waitlist.entries import WaitsAlready
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.factories.waitlist import offer_of

pytestmark = pytest.mark.django_db

LATER = NINE + timedelta(days=7)
BMC = "bmc-ultrasound"


def found(at, start=NINE, slug="consultation"):
    kind = visit_kind(clinic_id=at.clinic.pk, visit_type=slug)
    return matching.matches_at(kind, start, now=NOW)


def why_not(at, entry, **asked):
    matches = found(at, **asked)
    others = {match.entry.pk: match for match in matches.others}
    return [reason.code for reason in others[entry.pk].reasons]


def withdraw(entry, now=NOW):
    return entries.withdraw(entry_id=entry.pk, reason="changed", by=BY, now=now)


def test_an_entry_waits_with_the_variation_of_its_own_visit():
    at = make.practice()
    patient = at.patient()
    visit = at.book(patient, start=LATER)

    entry = waits.entry(at, patient, appointment_id=visit.pk)

    assert (entry.visit_type_id, entry.appointment_id) == (
        visit.visit_type_id,
        visit.pk,
    )


def test_somebody_waits_once_for_one_kind_of_visit():
    at = make.practice()
    patient = at.patient()
    waits.entry(at, patient)

    with pytest.raises(WaitsAlready):
        waits.entry(at, patient)


def test_after_withdrawing_one_can_wait_again():
    at = make.practice()
    patient = at.patient()
    withdraw(waits.entry(at, patient))

    again = waits.entry(at, patient)

    assert again.closed_at is None


def test_a_strangers_visit_is_not_ones_own():
    at = make.practice()
    visit = at.book(start=LATER)

    with pytest.raises(Invalid, match="no such booked visit"):
        waits.entry(at, appointment_id=visit.pk)


def test_another_clinics_patient_does_not_wait_here():
    at, elsewhere = make.practice(), make.practice()

    with pytest.raises(NotFound):
        waits.entry(at, elsewhere.patient())


def test_a_visit_out_of_its_bounds_cannot_be_waited_for():
    at = make.practice()

    with pytest.raises(Invalid, match="would last"):
        waits.entry(at, visit_type=BMC, variation=Variation(targets=20))


def test_who_has_another_visit_then_does_not_fit():
    at = make.practice({"clinician": 2, "consult_room": 2})
    patient = at.patient()
    entry = waits.entry(at, patient)
    at.book(patient, visit_type="follow-up")

    assert why_not(at, entry) == ["busy"]


def test_who_waits_to_come_sooner_is_not_busy_with_that_very_visit():
    at = make.practice({"clinician": 2, "consult_room": 2})
    patient = at.patient()
    visit = at.book(patient, start=NINE + minutes(15))
    entry = waits.entry(at, patient, appointment_id=visit.pk)

    assert [m.entry.pk for m in found(at).fitting] == [entry.pk]


def test_a_longer_visit_meets_what_the_usual_one_would_not(allowed):
    at = make.practice(dict.fromkeys(make.ONE_OF_EACH, 3))
    patient, other = at.patient(), at.patient()
    long = waits.entry(
        at, patient, visit_type=BMC, variation=Variation(targets=3)
    )  # until 11:31
    usual = waits.entry(at, other, visit_type=BMC)  # until 11:15
    for who in (patient, other):
        at.book(who, start=NINE + minutes(135))

    assert why_not(at, long, slug=BMC) == ["busy"]
    assert [m.entry.pk for m in found(at, slug=BMC).fitting] == [usual.pk]


def test_a_longer_list_is_matched_with_the_same_statements(allowed):
    """The rules may ask more of each patient; matching itself does not."""
    at = make.practice(dict.fromkeys(make.ONE_OF_EACH, 2))
    wish = {"clinicians": frozenset({at.by_kind["clinician"][1].pk})}

    def wait(*starts):
        for start in starts:
            patient = at.patient()
            visit = at.book(patient, start=start)
            waits.entry(at, patient, appointment_id=visit.pk)
            waits.entry(at, wishes=wish)

    def statements():
        with CaptureQueriesContext(connection) as asked:
            assert found(at).fitting
        return len(asked)

    wait(LATER)
    few = statements()
    wait(*(LATER + timedelta(hours=n) for n in range(1, 6)))

    assert len(found(at).fitting) == 12
    assert statements() == few


def test_a_rules_objection_is_a_reason_not_to_offer(monkeypatch):
    at = make.practice()
    entry = waits.entry(at)
    objection = Reason("not-approved", "No approval.")
    rule = asking.Rule(lambda ask: [objection] if ask.act == "offer" else [])
    monkeypatch.setattr(asking, "_rules", [rule])

    assert why_not(at, entry) == ["not-approved"]


def test_who_would_move_is_asked_about_as_a_move(monkeypatch):
    at = make.practice()
    patient = at.patient()
    visit = at.book(patient, start=LATER)
    waits.entry(at, patient, appointment_id=visit.pk)
    acts = []
    rule = asking.Rule(lambda ask: acts.append(ask.act) or [])
    monkeypatch.setattr(asking, "_rules", [rule])

    found(at)

    assert acts == ["move"]


def test_only_visits_of_one_length_share_a_batch(allowed):
    at = make.practice()
    short = waits.entry(at, visit_type=BMC, now=NOW - minutes(9))
    long = waits.entry(at, visit_type=BMC, variation=Variation(targets=3))
    matches = found(at, slug=BMC)

    assert [m.entry.pk for m in matches.fitting] == [short.pk, long.pk]
    assert [m.entry.pk for m in matches.batch(3)] == [short.pk]
    (reason,) = matching.why_not_shared(
        matches.fitting[0], matches.fitting[1], matches.kind
    )
    assert reason.text == (
        "Needs 151 minutes or other resources; this batch is for a visit of "
        "135 minutes."
    )


def test_the_hold_of_a_batch_is_as_long_as_its_visits(allowed):
    at = make.practice()
    variation = Variation(targets=3)
    entry = waits.entry(at, visit_type=BMC, variation=variation)

    held = waits.offer(at, visit_type=BMC)
    visit = acceptance.accept(offer_id=offer_of(entry).pk, by=BY, now=NOW)

    assert held.end - held.start == minutes(151)
    assert visit.end - visit.start == minutes(151)
    assert Variation.from_data(visit.variation) == variation


def test_who_shares_a_batch_gets_the_visit_they_asked_for_themselves(allowed):
    at = make.practice()
    plain = waits.entry(at, visit_type=BMC, now=NOW - minutes(9))
    oral = waits.entry(at, visit_type=BMC, variation=Variation(sedation="oral"))
    waits.offer(at, visit_type=BMC)
    assert offer_of(plain).hold_id == offer_of(oral).hold_id

    visit = acceptance.accept(offer_id=offer_of(oral).pk, by=BY, now=NOW)

    assert Variation.from_data(visit.variation) == Variation(sedation="oral")
    assert booking_checks.findings(NOW) == []


def test_a_clinician_wished_for_serves_the_opening_that_is_held():
    at = make.practice({"clinician": 2, "consult_room": 2})
    _, second = at.by_kind["clinician"]
    entry = waits.entry(at, wishes={"clinicians": frozenset({second.pk})})

    held = waits.offer(at)

    taken = held.reservations.filter(resource__kind="clinician").get()
    assert taken.resource_id == second.pk
    assert offer_of(entry).hold_id == held.pk


def test_a_clinician_wished_for_who_is_busy_is_a_reason():
    at = make.practice({"clinician": 2, "consult_room": 2})
    _, second = at.by_kind["clinician"]
    entry = waits.entry(at, wishes={"clinicians": frozenset({second.pk})})
    at.book(clinician=second.pk)

    assert why_not(at, entry) == ["clinician"]


def test_withdrawing_takes_the_open_offer_back_and_frees_the_time():
    at = make.practice()
    entry = waits.entry(at)
    held = waits.offer(at)

    closed = withdraw(entry)

    assert (closed.closed_as, offer_of(entry).state) == ("withdrawn", "withdrawn")
    assert Hold.objects.get(pk=held.pk).ended_as == "released"
    assert withdraw(entry).closed_at == NOW


def test_an_entry_whose_visit_was_cancelled_books_a_new_one():
    at = make.practice()
    patient = at.patient()
    visit = at.book(patient, start=LATER)
    entry = waits.entry(at, patient, appointment_id=visit.pk)
    book.cancel(appointment_id=visit.pk, reason="patient asked", by=BY, now=NOW)
    waits.offer(at)

    booked = acceptance.accept(offer_id=offer_of(entry).pk, by=BY, now=NOW)

    assert booked.pk != visit.pk
    assert booked.start == NINE


def test_entries_past_their_last_day_expire_on_the_clinics_calendar():
    at = make.practice()
    entry = waits.entry(at, valid_to_on=date(2026, 9, 1))
    evening = NOW.replace(hour=4) + timedelta(days=1)  # 23:00 on the same day

    assert entries.expire_entries(by=BY, now=evening) == 0
    assert entries.expire_entries(by=BY, now=evening + timedelta(hours=2)) == 1

    entry.refresh_from_db()
    assert entry.closed_as == "expired"
    assert not reading.entries(at.clinic.pk).exists()


def test_an_offer_that_counts_puts_its_patient_behind_the_others():
    at = make.practice()
    first, second = waits.waiting(at, 2)
    waits.offer(at, batch=1)
    acceptance.decline(offer_id=offer_of(first).pk, by=BY, now=NOW)

    assert [m.entry.pk for m in found(at).fitting] == [second.pk, first.pk]


def test_an_offer_the_clinic_took_back_does_not_count():
    at = make.practice()
    first, second = waits.waiting(at, 2)
    held = waits.offer(at, batch=1)
    offers.withdraw_batch(hold_id=held.pk, clinic_id=at.clinic.pk, by=BY, now=NOW)
    Offer.objects.update(state="withdrawn", answered_at=NOW)

    assert [m.entry.pk for m in found(at).fitting] == [first.pk, second.pk]


def test_whoever_left_the_list_meanwhile_is_not_offered_anything(monkeypatch):
    at = make.practice()
    first, second = waits.waiting(at, 2)
    matches = matching.matches_at

    def and_then_one_leaves(*args, **rest):
        result = matches(*args, **rest)
        WaitlistEntry.objects.filter(pk=first.pk).update(
            closed_at=NOW, closed_as="withdrawn"
        )
        return result

    monkeypatch.setattr(matching, "matches_at", and_then_one_leaves)
    waits.offer(at)

    assert [o.entry_id for o in Offer.objects.all()] == [second.pk]
