"""What becomes of time a visit gave up while somebody or something is in its way."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.absences import services as absences
from scheduling.booking import book, holds
from scheduling.models import FreedOpening, Hold
from scheduling.waitlist import freed_openings, matching, offers
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def freed(at):
    return waits.freed(at)


def hold(at, **fields):
    kept = {"visit_type": "consultation", "start": NINE, "by": BY, "now": NOW, **fields}
    return holds.hold(clinic_id=at.clinic.pk, patient_id=at.patient().pk, **kept)


def away(at):
    return absences.open_absence(
        clinic_id=at.clinic.pk,
        resource_id=at.one("clinician").pk,
        start=NINE - minutes(30),
        end=NINE + minutes(90),
        by=BY,
        now=NOW,
    )


def back(at, absence, after=2, **fields):
    absences.end_absence(
        absence_id=absence.pk,
        clinic_id=at.clinic.pk,
        by=BY,
        now=NOW + minutes(after),
        **fields,
    )


def listed(at, after=0):
    """Starts of what can be had, and whether it is held."""
    found = freed_openings.standing(at.clinic.pk, NOW + minutes(after))
    return [(one.freed.during.lower, one.held) for one in found]


def move(visit, start, version=1, after=0):
    return book.move(
        appointment_id=visit.pk,
        start=start,
        version=version,
        reason="patient asked",
        by=BY,
        now=NOW + minutes(after),
    )


def matches(freed):
    return matching.matches(freed=freed, now=NOW)


def refused(found):
    return [[reason.code for reason in match.reasons] for match in found.others]


def settle(after=0):
    return freed_openings.settle(by=BY, now=NOW + minutes(after))


def ways():
    rows = FreedOpening.objects.order_by("freed_at", "pk")
    return list(rows.values_list("handled_as", flat=True))


def test_time_that_is_held_for_somebody_comes_back_when_they_do_not_take_it(at, freed):
    held = hold(at)

    assert settle() == 0
    assert not freed_openings.is_there(freed, NOW)
    assert freed_openings.is_held(freed, NOW)
    holds.release(hold_id=held.pk, by=BY, now=NOW)

    assert ways() == [""]
    assert freed_openings.is_there(freed, NOW)


def test_time_held_until_it_begins_comes_back_too(at, freed):
    held = hold(at, lasts=NINE + minutes(60) - NOW)
    settle()
    holds.release(hold_id=held.pk, by=BY, now=NOW + minutes(2))
    settle(after=3)

    assert ways() == [""]


def test_time_that_was_held_is_gone_once_it_is_booked(at, freed):
    held = hold(at)
    settle()
    book.book(
        clinic_id=at.clinic.pk,
        patient_id=held.patient_id,
        hold_id=held.pk,
        by=BY,
        now=NOW,
    )

    settle()

    assert ways() == ["gone"]


def test_time_that_an_absence_took_comes_back_when_that_is_called_off(at, freed):
    absence = away(at)
    settle(after=1)
    assert ways() == ["gone"]

    back(at, absence)

    assert settle(after=3) == 1
    assert ways() == [""]
    assert settle(after=4) == 0


def test_time_after_an_absence_that_is_shortened_comes_back(at, freed):
    absence = away(at)
    settle(after=1)

    back(at, absence, until=NINE)
    settle(after=3)

    assert ways() == [""]


def test_time_that_is_booked_when_the_absence_ends_stays_gone(at, freed):
    absence = away(at)
    settle(after=1)
    back(at, absence)
    at.book(now=NOW + minutes(3))

    assert settle(after=4) == 0
    assert ways() == ["gone"]


def test_time_that_was_freed_anew_comes_back_once(at, freed):
    absence = away(at)
    settle(after=1)
    back(at, absence)
    visit = at.book(now=NOW + minutes(3))
    book.cancel(
        appointment_id=visit.pk,
        version=visit.version,
        reason="patient asked",
        by=BY,
        now=NOW + minutes(4),
    )

    settle(after=5)

    assert ways() == ["gone", ""]


def test_time_whose_visit_came_back_to_it_stays_gone(at):
    visit = at.book()
    book.move(
        appointment_id=visit.pk,
        start=NINE + timedelta(days=7),
        version=1,
        reason="patient asked",
        by=BY,
        now=NOW,
    )
    absence = away(at)
    settle(after=1)
    back(at, absence)
    book.move(
        appointment_id=visit.pk,
        start=NINE,
        version=2,
        reason="patient asked",
        by=BY,
        now=NOW + minutes(3),
    )

    settle(after=4)

    assert ways() == ["gone", ""]
    [still] = FreedOpening.objects.filter(handled_at=None)
    assert still.during.lower == NINE + timedelta(days=7)


def test_what_can_be_had_is_listed_and_what_is_held_is_said_to_be(at, freed):
    assert listed(at) == [(NINE, False)]

    hold(at)

    assert listed(at) == [(NINE, True)]


@pytest.mark.usefixtures("freed")
def test_time_that_is_booked_again_is_not_listed_before_anybody_closes_it(at):
    at.book()

    assert ways() == [""]
    assert listed(at) == []


def test_the_time_of_an_undone_move_that_the_visit_itself_takes_is_not_listed(at):
    visit = at.book()
    move(visit, NINE + minutes(15))
    book.undo_move(appointment_id=visit.pk, version=2, by=BY, now=NOW + minutes(1))

    assert ways() == ["gone", ""]
    assert listed(at) == []


def test_the_time_of_an_undone_move_that_nobody_has_is_listed(at):
    visit = at.book()
    move(visit, NINE + minutes(120))
    book.undo_move(appointment_id=visit.pk, version=2, by=BY, now=NOW + minutes(1))

    assert listed(at) == [(NINE + minutes(120), False)]


def test_time_that_a_visit_is_moved_back_to_by_hand_is_not_listed(at):
    visit = at.book()
    move(visit, NINE + minutes(120))
    move(visit, NINE, version=2, after=1)

    assert listed(at) == [(NINE + minutes(120), False)]


def test_offered_time_that_nobody_took_is_not_listed_once_it_is_booked(at, freed):
    waits.entry(at)
    made = waits.offer(at, freed_id=freed.pk)
    offers.withdraw_batch(hold_id=made.pk, clinic_id=at.clinic.pk, by=BY, now=NOW)
    at.book()
    settle()

    assert listed(at) == []


def test_a_longer_list_of_one_day_takes_one_statement_more_for_each(
    at, freed, django_assert_num_queries
):
    with CaptureQueriesContext(connection) as one:
        listed(at)
    waits.freed(at, start=NINE + minutes(120))

    with django_assert_num_queries(len(one) + 1):
        listed(at)


def test_who_waits_for_another_kind_of_visit_is_told_apart(at, freed):
    entry = waits.entry(at, visit_type="follow-up")

    found = matches(freed)

    assert found.fitting == ()
    assert [match.entry for match in found.others] == [entry]
    assert found.others[0].reasons[0].text == "Waits for another kind of visit."
    assert found.why_nobody == "1 needs another kind of visit"


def test_who_waits_for_another_kind_of_visit_comes_last_and_for_that_reason_only(
    at, freed
):
    waits.entry(at, visit_type="follow-up", now=NOW - timedelta(days=9))
    waits.entry(at, minimum_notice=timedelta(days=80))

    assert refused(matches(freed)) == [["notice"], ["visit-type"]]


def test_there_is_a_reason_even_if_nobody_waits_at_all(at, freed):
    assert matches(freed).why_nobody == "Nobody is on the waiting list."


def test_who_waits_for_another_kind_of_visit_is_not_offered_freed_time(at, freed):
    entry = waits.entry(at, visit_type="follow-up")

    with pytest.raises(offers.NotForThem, match="another kind of visit"):
        waits.offer(at, freed_id=freed.pk, entries=[entry.pk])
    with pytest.raises(offers.NobodyMatches, match="1 needs another kind of visit"):
        waits.offer(at, freed_id=freed.pk)


def test_the_same_start_is_offered_as_a_visit_of_their_kind(at, freed):
    entry = waits.entry(at, visit_type="follow-up")

    made = waits.offer(at, visit_type="follow-up", start=NINE)

    assert isinstance(made, Hold)
    assert waits.offer_of(entry).hold == made
