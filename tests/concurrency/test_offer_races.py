"""Several patients answer at once: real connections and commits, one gets the time."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from core.db import unit_of_work
from scheduling.booking import book, holds
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, FreedOpening, Offer, WaitlistEntry
from scheduling.waitlist import acceptance, ends, entries, offers
from tests import lock_order
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.factories.waitlist import offer_of
from tests.rivals import deadlocks, race

ROUNDS, BATCH = 10, 6

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def watch():
    """Fails the test if any transaction locks out of order."""
    with lock_order.watched() as watching:
        yield watching
    assert watching.faults == []


def in_own_work(service, **fields):
    return partial(unit_of_work, partial(service, **{"by": BY, "now": NOW, **fields}))


def accept(entry):
    return in_own_work(acceptance.accept, offer_id=offer_of(entry).pk)


def decline(entry):
    return in_own_work(acceptance.decline, offer_id=offer_of(entry).pk)


def outcomes(results):
    return Counter(type(result).__name__ for result in results)


def run_jobs(now=NOW):
    holds.release_expired_holds(by=BY, now=now)
    ends.close_offer_batches(by=BY, now=now)


def check_clean():
    assert booking_checks.findings(NOW) == []
    assert deadlocks() == 0


def test_six_patients_say_yes_at_once_and_one_gets_it(watch):
    at = make.practice()
    for number in range(ROUNDS):
        batch = waits.waiting(at, BATCH)
        start = NINE + timedelta(days=number // 5 * 7, minutes=number % 5 * 60)
        waits.offer(at, start=start, batch=BATCH)

        results = outcomes(race([accept(entry) for entry in batch]))
        run_jobs()

        assert results == {"Appointment": 1, "OfferGone": BATCH - 1}
        states = Counter(offer_of(entry).state for entry in batch)
        assert states == {"accepted": 1, "too-late": BATCH - 1}
        for entry in batch:
            in_own_work(entries.withdraw, entry_id=entry.pk)()

    assert Appointment.objects.count() == ROUNDS
    check_clean()


def test_movers_and_newcomers_race_for_one_opening(watch):
    at = make.practice({"clinician": 2, "consult_room": 2})
    movers = []
    for number in range(3):
        patient = at.patient()
        visit = at.book(patient, start=NINE + timedelta(days=7 + number))
        movers.append(waits.entry(at, patient, appointment_id=visit.pk))
    batch = [*movers, *waits.waiting(at, 3)]
    waits.offer(at, batch=BATCH)

    results = outcomes(race([accept(entry) for entry in batch]))
    run_jobs()

    assert results == {"Appointment": 1, "OfferGone": BATCH - 1}
    assert Appointment.objects.filter(during__startswith=NINE).count() == 1
    check_clean()


def test_yes_no_and_taking_back_race_and_the_outcome_is_one_of_them(watch):
    at = make.practice()
    for number in range(ROUNDS):
        batch = waits.waiting(at, 3)
        start = NINE + timedelta(days=number // 5 * 7, minutes=number % 5 * 60)
        held = waits.offer(at, start=start)
        back = in_own_work(
            offers.withdraw_batch, hold_id=held.pk, clinic_id=at.clinic.pk
        )

        race([accept(batch[0]), decline(batch[1]), decline(batch[2]), back])
        run_jobs()

        held.refresh_from_db()
        won = offer_of(batch[0]).state == Offer.State.ACCEPTED
        assert held.ended_as == ("booked" if won else "released")
        assert not Offer.objects.filter(state=Offer.State.OFFERED).exists()
        WaitlistEntry.objects.filter(closed_at=None).update(
            closed_at=NOW, closed_as="withdrawn"
        )

    check_clean()


def test_the_last_two_refusals_give_the_opening_back(watch):
    at = make.practice()
    first, second = waits.waiting(at, 2)
    held = waits.offer(at)

    results = outcomes(race([decline(first), decline(second)]))

    held.refresh_from_db()
    assert (results, held.ended_as) == ({"Offer": 2}, "released")
    check_clean()


def test_a_yes_races_the_end_of_the_offer(watch):
    at = make.practice()
    (entry,) = waits.waiting(at, 1)
    held = waits.offer(at)
    late = held.expires_at + minutes(1)
    expire = partial(holds.release_expired_holds, by=BY, now=late)

    accepted, _ = race([accept(entry), expire])
    run_jobs(late)

    held.refresh_from_db()
    booked = isinstance(accepted, Appointment)
    assert held.ended_as == ("booked" if booked else "expired")
    assert offer_of(entry).state == ("accepted" if booked else "expired")
    check_clean()


def test_a_yes_races_the_cancelling_of_the_visit_that_would_move(watch):
    at = make.practice()
    patient = at.patient()
    visit = at.book(patient, start=NINE + timedelta(days=7))
    entry = waits.entry(at, patient, appointment_id=visit.pk)
    waits.offer(at)
    cancel = in_own_work(book.cancel, appointment_id=visit.pk, reason="patient asked")

    race([accept(entry), cancel])

    live = Appointment.objects.filter(status="booked")
    assert live.count() <= 1
    assert offer_of(entry).state == "accepted"
    check_clean()


def test_two_who_offer_one_freed_opening_make_one_batch(watch):
    at = make.practice()
    waits.waiting(at, 4)
    freed = waits.freed(at)
    make_one = in_own_work(
        offers.offer, clinic_id=at.clinic.pk, freed_id=freed.pk, batch=2
    )

    results = outcomes(race([make_one, make_one]))

    assert results == {"Hold": 1, "HandledAlready": 1}
    assert Offer.objects.count() == 2
    assert FreedOpening.objects.get().handled_as == "offered"
    check_clean()
