"""Moves that are undone: what they had freed, and who had said yes."""

from datetime import timedelta

import pytest

from scheduling.booking import book
from scheduling.consistency import checks as booking_checks
from scheduling.models import FreedOpening, Offer
from scheduling.waitlist import offers
from scheduling.waitlist import selectors as waitlist
from scheduling.waitlist.offers import StillUndone
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE
from tests.scheduling.offering import accept, history, run_jobs, states

pytestmark = pytest.mark.django_db


def seconds(count):
    return timedelta(seconds=count)


LATER = NINE + timedelta(days=7)


def test_who_accepted_and_is_moved_back_waits_as_before():
    at = make.practice()
    patient = at.patient()
    booked = at.book(patient, start=LATER)
    entry = waits.entry(at, patient, appointment_id=booked.pk)
    freed = waits.freed(at)
    waits.offer(at, freed_id=freed.pk)
    moved = accept(entry)

    back = book.undo_move(
        appointment_id=moved.pk, version=moved.version, by=BY, now=NOW
    )
    run_jobs()

    assert back.start == LATER
    entry.refresh_from_db()
    assert (entry.closed_at, entry.closed_as) == (None, "")
    assert history(entry)[-2:] == ["waitlist.reopened", "waitlist.offer_withdrawn"]
    assert states(entry) == ["withdrawn"]
    assert [row.pk for row in waitlist.freed_openings(at.clinic.pk)] == [freed.pk]
    assert booking_checks.findings(NOW) == []


def test_a_yes_that_was_undone_can_be_said_again_to_a_new_offer():
    at = make.practice()
    patient = at.patient()
    booked = at.book(patient, start=LATER)
    entry = waits.entry(at, patient, appointment_id=booked.pk)
    waits.offer(at)
    moved = accept(entry)
    book.undo_move(appointment_id=moved.pk, version=moved.version, by=BY, now=NOW)

    waits.offer(at, now=NOW + seconds(60))
    again = accept(entry, NOW + seconds(60))

    assert (again.pk, again.start) == (booked.pk, NINE)
    assert Offer.objects.filter(state="accepted").count() == 1
    assert booking_checks.findings(NOW) == []


def test_who_is_on_the_list_anew_is_not_put_there_twice_by_an_undo():
    at = make.practice()
    patient = at.patient()
    booked = at.book(patient, start=LATER)
    entry = waits.entry(at, patient, appointment_id=booked.pk)
    waits.offer(at)
    moved = accept(entry)
    anew = waits.entry(at, patient)

    book.undo_move(appointment_id=moved.pk, version=moved.version, by=BY, now=NOW)

    assert [row.pk for row in waitlist.entries(at.clinic.pk)] == [anew.pk]


def test_the_time_a_move_frees_is_offered_once_the_move_is_not_undone():
    at = make.practice({"clinician": 2, "consult_room": 2}, offers_by_itself=True)
    waits.waiting(at, 1)
    book.move(
        appointment_id=at.book().pk,
        start=LATER,
        version=1,
        reason="patient asked",
        by=BY,
        now=NOW,
    )
    (freed,) = FreedOpening.objects.all()

    assert offers.offer_freed_openings(by=BY, now=NOW + seconds(119)) == 0
    with pytest.raises(StillUndone):
        waits.offer(at, freed_id=freed.pk, now=NOW + seconds(119))
    assert offers.offer_freed_openings(by=BY, now=NOW + seconds(120)) == 1


def test_a_move_that_is_undone_takes_its_freed_time_back():
    at = make.practice()
    visit = at.book()
    moved = book.move(
        appointment_id=visit.pk,
        start=LATER,
        version=1,
        reason="patient asked",
        by=BY,
        now=NOW,
    )

    book.undo_move(
        appointment_id=visit.pk, version=moved.version, by=BY, now=NOW + seconds(60)
    )

    ways = FreedOpening.objects.values_list("freed_by_act", "handled_as")
    assert set(ways) == {("moved", "gone"), ("undone", "")}
    assert {row.during.lower for row in waitlist.freed_openings(at.clinic.pk)} == {
        LATER
    }
