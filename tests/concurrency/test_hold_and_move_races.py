"""A hold extended as it ends, and a move taken back by two at once."""

from datetime import timedelta
from functools import partial

import pytest

from core.db import unit_of_work
from core.problems import StaleVersion
from core.refusal import Refused
from scheduling.booking import book as booking
from scheduling.booking import holds
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, Hold
from tests import lock_order
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.rivals import deadlocks, race
from tests.scheduling.acts import at_hold, live

ROUNDS = 10

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def watch():
    """Fails the test if any transaction locks out of order."""
    with lock_order.watched() as watching:
        yield watching
    assert watching.faults == []


def check_clean():
    assert booking_checks.findings(NOW) == []
    assert deadlocks() == 0


@pytest.mark.usefixtures("watch")
def test_a_hold_is_extended_or_over_never_both():
    at = make.practice()
    who = at.patient()
    for number in range(ROUNDS):
        start = NINE + timedelta(days=7 * (number % 3), minutes=50 * (number // 3))
        held = at_hold(at, start=start, patient_id=who.pk, lasts=minutes(10))
        extend = partial(holds.extend, hold_id=held.pk, by=BY, now=NOW + minutes(9))
        expire = partial(holds.release_expired_holds, by=BY, now=NOW + minutes(10))

        extended, ended = race([partial(unit_of_work, extend), expire])

        held.refresh_from_db()
        if ended:
            assert isinstance(extended, Refused)
            assert (held.ended_as, live(held).count()) == ("expired", 0)
        else:
            assert isinstance(extended, Hold)
            assert (held.ended_as, live(held).count()) == ("", 2)
            holds.release(hold_id=held.pk, by=BY, now=NOW)
    check_clean()


@pytest.mark.usefixtures("watch")
def test_two_who_undo_the_same_move_undo_it_once():
    at = make.practice()
    visit = at.book()
    tomorrow = NINE + timedelta(days=1)
    for _ in range(ROUNDS):
        moved = booking.move(
            appointment_id=visit.pk,
            start=tomorrow,
            version=visit.version,
            reason="patient asked",
            by=BY,
            now=NOW,
        )
        undo = partial(
            booking.undo_move,
            appointment_id=visit.pk,
            version=moved.version,
            by=BY,
            now=NOW,
        )

        results = race([partial(unit_of_work, undo)] * 2)

        kinds = sorted(type(result).__name__ for result in results)
        assert kinds == ["Appointment", "StaleVersion"]
        visit = Appointment.objects.get(pk=visit.pk)
        assert (visit.start, live(visit).count()) == (NINE, 2)
    check_clean()


@pytest.mark.usefixtures("watch")
def test_a_move_back_and_a_booking_of_the_old_time_leave_one_owner():
    at = make.practice()
    rival = at.patient()
    for number in range(ROUNDS):
        start = NINE + timedelta(days=7 * (number % 3), minutes=50 * (number // 3))
        visit = at.book(start=start)
        moved = booking.move(
            appointment_id=visit.pk,
            start=start + timedelta(days=1),
            version=1,
            reason="patient asked",
            by=BY,
            now=NOW,
        )
        undo = partial(
            booking.undo_move,
            appointment_id=visit.pk,
            version=moved.version,
            by=BY,
            now=NOW,
        )
        book = partial(at.book, rival, start=start)

        results = race([partial(unit_of_work, undo), partial(unit_of_work, book)])

        kinds = sorted(type(result).__name__ for result in results)
        assert kinds == ["Appointment", "SlotTaken"]
        assert Appointment.objects.filter(during__startswith=start).count() == 1
        assert not any(isinstance(result, StaleVersion) for result in results)
    check_clean()
