"""A no-show who walks in after all: the visit stands again, if its time is free."""

from datetime import timedelta

import pytest

from core.problems import StaleVersion
from core.refusal import Refused
from scheduling.booking import book, holds
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.booking.status import why_no_show_stays
from scheduling.consistency import checks as booking_checks
from scheduling.events import AppointmentNoShowUndone
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import act, away, last_entry, live

pytestmark = pytest.mark.django_db

TWENTY_PAST, WALKS_IN = NINE + minutes(20), NINE + minutes(25)


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def missed(at):
    return act(book.no_show, act(book.confirm, at.book()), now=TWENTY_PAST)


def undo(visit, now=WALKS_IN, **fields):
    return act(book.undo_no_show, visit, now=now, **fields)


def claims(visit):
    return {(row.resource_id, row.period) for row in live(visit)}


def test_it_is_booked_again_with_all_it_had(at):
    booked = act(book.confirm, at.book())
    before = claims(booked)
    missed = act(book.no_show, booked, now=TWENTY_PAST)
    assert claims(missed) == set()

    back = undo(missed)

    assert (back.status, back.start, back.version) == ("booked", NINE, 4)
    assert back.confirmed_at == booked.confirmed_at
    assert claims(back) == before
    assert booking_checks.findings(WALKS_IN) == []
    assert act(book.arrive, back, now=WALKS_IN).status == "arrived"


def test_it_is_journalled_and_told(missed, heard):
    undo(missed, reason="walked in")

    entry = last_entry(f"appointment:{missed.pk}")
    assert entry.name == "appointment.no_show_undone"
    assert isinstance(heard[-1], AppointmentNoShowUndone)


def test_twice_is_once(missed):
    again = undo(undo(missed))

    assert isinstance(again, Refused)
    assert again.reasons[0].code == "status"


def test_it_can_be_missed_and_come_to_again(missed):
    twice = act(book.no_show, undo(missed), now=WALKS_IN + minutes(5))

    assert undo(twice, now=WALKS_IN + minutes(10)).status == "booked"
    assert booking_checks.findings(WALKS_IN) == []


def test_time_that_went_to_somebody_else_is_not_taken_back(at, missed):
    other = at.book(start=NINE + minutes(30), now=WALKS_IN)
    taken = claims(other)

    with pytest.raises(SlotTaken) as told:
        undo(missed, now=WALKS_IN + minutes(1))

    missed.refresh_from_db()
    assert missed.status == "noshow"
    assert (claims(missed), claims(other)) == (set(), taken)
    assert told.value.alternatives
    assert min(one.start for one in told.value.alternatives) > WALKS_IN
    said = told.value.in_the_way
    assert any("clinician 1 is taken from" in line for line in said)
    assert other.patient.family_name not in " ".join(said)


def test_a_clinician_who_went_ill_is_in_the_way(at, missed):
    away(at, start=NINE)

    with pytest.raises(SlotTaken) as told:
        undo(missed)

    assert "is away" in " ".join(told.value.in_the_way)


def test_a_hold_that_ran_out_is_not_in_the_way(at, missed):
    holds.hold(
        clinic_id=at.clinic.pk,
        visit_type="consultation",
        start=NINE + minutes(25),
        lasts=minutes(1),
        by=make.BY,
        now=TWENTY_PAST,
    )

    assert undo(missed, now=WALKS_IN).status == "booked"


def test_a_patient_who_is_elsewhere_by_now_is_busy(at, missed):
    at.book(missed.patient, start=NINE + minutes(30), now=WALKS_IN)

    with pytest.raises(PatientBusy):
        undo(missed, now=WALKS_IN + minutes(1))


@pytest.mark.parametrize("later", [timedelta(hours=16), timedelta(days=1)])
def test_on_another_day_it_stays(missed, later):
    refused = undo(missed, now=NINE + later)

    assert isinstance(refused, Refused)
    assert refused.reasons[0].code == "another-day"
    assert last_entry(f"appointment:{missed.pk}").name == (
        "appointment.undo_no_show.refused"
    )


def test_a_stale_version_takes_nothing_back(missed):
    with pytest.raises(StaleVersion):
        undo(missed, version=missed.version - 1)

    missed.refresh_from_db()
    assert missed.status == "noshow"


def test_what_was_not_missed_has_nothing_to_take_back(at):
    refused = undo(at.book())

    assert refused.reasons[0].text == (
        "A visit that is booked cannot be marked as not missed."
    )


def test_the_rule_needs_no_database():
    today = NINE.date()
    assert why_no_show_stays(today, today) is None
    assert why_no_show_stays(today, today + timedelta(days=1))
