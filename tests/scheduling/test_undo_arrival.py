"""An arrival that was noted by a slip is taken back on its day."""

from datetime import timedelta

import pytest

from core.problems import StaleVersion
from core.refusal import Refused
from scheduling.booking import book
from scheduling.booking.status import why_arrival_stays
from scheduling.consistency import checks as booking_checks
from scheduling.events import AppointmentArrivalUndone
from tests.factories import scheduling as make
from tests.factories.scheduling import NINE, minutes
from tests.scheduling.acts import act, last_entry, live

pytestmark = pytest.mark.django_db

TODAY = NINE.date()
SOON = NINE + minutes(5)
EVENING = NINE.replace(hour=23, minute=55)


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def arrived(at):
    return act(book.arrive, at.book(), now=NINE)


def undo(visit, now=SOON, **fields):
    return act(book.undo_arrival, visit, now=now, **fields)


def test_it_is_booked_again_as_it_was(at):
    confirmed = act(book.confirm, at.book())
    before = {(r.resource_id, r.period) for r in live(confirmed)}
    arrived = act(book.arrive, confirmed, now=NINE)

    back = undo(arrived)

    assert (back.status, back.version, back.revision) == ("booked", 4, 0)
    assert back.confirmed_at == confirmed.confirmed_at
    assert {(r.resource_id, r.period) for r in live(back)} == before
    assert booking_checks.findings(NINE) == []


def test_it_is_journalled_with_who_and_told(at, arrived, heard):
    undo(arrived)

    entry = last_entry(f"appointment:{arrived.pk}")
    assert entry.name == "appointment.arrival_undone"
    assert entry.actor == "job:tests"
    assert isinstance(heard[-1], AppointmentArrivalUndone)


def test_the_patient_can_arrive_again(arrived):
    again = act(book.arrive, undo(arrived), now=NINE + minutes(10))

    assert (again.status, again.status_at) == ("arrived", NINE + minutes(10))


def test_who_is_taken_back_can_still_turn_out_not_to_have_come(arrived):
    assert act(book.no_show, undo(arrived), now=NINE + minutes(30)).status == ("noshow")


def test_a_stale_version_takes_nothing_back(arrived):
    with pytest.raises(StaleVersion):
        undo(arrived, version=arrived.version - 1)

    arrived.refresh_from_db()
    assert arrived.status == "arrived"


def refusal(refused):
    assert isinstance(refused, Refused)
    [reason] = refused.reasons
    return reason.code, reason.text


def test_once_checked_in_it_stays(arrived):
    begun = act(book.check_in, arrived, now=NINE)

    assert refusal(undo(begun)) == (
        "status",
        "The patient is checked in, so the arrival cannot be taken back.",
    )
    assert last_entry(f"appointment:{begun.pk}").name == (
        "appointment.undo_arrival.refused"
    )


@pytest.mark.parametrize(
    ("later", "stays"),
    [(EVENING - NINE, False), (timedelta(hours=15), True), (timedelta(days=1), True)],
)
def test_on_another_day_it_stays(arrived, later, stays):
    undone = undo(arrived, now=NINE + later)

    assert isinstance(undone, Refused) == stays
    if stays:
        assert refusal(undone) == (
            "another-day",
            "The arrival was noted on another day, so it cannot be taken back.",
        )


def test_who_has_not_arrived_has_nothing_to_take_back(at):
    code, text = refusal(undo(at.book()))

    assert (code, text) == (
        "status",
        "A visit that is booked cannot be marked as not arrived.",
    )


def test_the_rule_needs_no_database():
    assert why_arrival_stays(TODAY, TODAY) is None
    assert why_arrival_stays(TODAY, TODAY + timedelta(days=1))


def test_a_move_of_who_had_arrived_taken_back_they_are_here_again(at):
    early = NINE - minutes(10)
    arrived = act(book.arrive, at.book(), now=early)
    moved = act(book.move, arrived, start=NINE + minutes(60), now=early)
    assert moved.status == "booked"

    back = act(book.undo_move, moved, now=early + minutes(1))

    assert (back.status, back.start) == ("arrived", NINE)
    assert booking_checks.findings(early) == []
