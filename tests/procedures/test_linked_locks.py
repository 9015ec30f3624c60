"""Booking a contact and moving its procedure: in order, and one after the other."""

from datetime import timedelta
from functools import partial

import pytest

from core.db import unit_of_work
from core.refusal import Refused
from procedures.follow_up import contacts
from procedures.models import FollowUp
from scheduling.booking import book as booking
from scheduling.consistency import checks as booking_checks
from scheduling.models import Appointment, Conflict
from tests import lock_order, rivals
from tests.factories import procedures as make
from tests.factories.clinics import NOW

DAY = make.at("2026-09-15")
IN_WEEK_6 = make.at("2026-10-27", "10:00")
LATER = timedelta(days=21)


@pytest.fixture
def place(committed_db):
    return make.open_site()


def acts(place):
    by = {"by": place.actor("coordinator"), "now": NOW}

    def book(path):
        return booking.book(
            clinic_id=place.clinic.pk,
            patient_id=path.patient_id,
            visit_type="follow-up",
            start=IN_WEEK_6,
            subject=f"episode:{path.pk}#W6",
            **by,
        )

    def move(appointment, start):
        appointment.refresh_from_db()
        version = appointment.version
        return booking.move(
            appointment_id=appointment.pk, start=start, version=version, **by
        )

    return book, move


def with_procedure(place):
    path = make.approved(place)
    return path, make.book(place, path, DAY)


def test_each_act_locks_the_patient_and_then_the_resources(place):
    path, procedure = with_procedure(place)
    book, move = acts(place)

    with lock_order.watched() as watch:
        visit = unit_of_work(partial(book, path))
        unit_of_work(partial(move, procedure, DAY + LATER))
        unit_of_work(partial(move, visit, IN_WEEK_6 + LATER))
        unit_of_work(partial(move, procedure, DAY))
        cancelled = unit_of_work(
            partial(
                booking.cancel,
                appointment_id=procedure.pk,
                by=place.actor("coordinator"),
                now=NOW,
            )
        )

    assert watch.faults == []
    assert cancelled.status == "cancelled"
    assert watch.seen[lock_order.PATIENT] >= 5


@pytest.mark.parametrize("turn", range(4))
def test_a_visit_booked_while_its_procedure_moves_is_refused_or_asked_about(
    place, turn
):
    path, procedure = with_procedure(place)
    book, move = acts(place)

    visit, moved = rivals.race(
        [
            partial(unit_of_work, partial(book, path)),
            partial(unit_of_work, partial(move, procedure, DAY + LATER)),
        ]
    )

    assert isinstance(moved, Appointment)
    open_ = Conflict.objects.filter(resolved_at=None, cause="linked")
    if isinstance(visit, Refused):
        assert visit.reasons[0].code == "contact-window"
        assert not open_.exists()
    else:
        assert [row.appointment_id for row in open_] == [visit.pk]
    assert booking_checks.findings(NOW) == []


def test_of_two_bookings_of_one_contact_one_is_made(place):
    path, _ = with_procedure(place)
    book, _ = acts(place)

    outcomes = rivals.race([partial(unit_of_work, partial(book, path))] * 2)

    assert sorted(type(one).__name__ for one in outcomes) == ["Appointment", "Refused"]
    assert contacts.booked(path).count() == 1
    assert not FollowUp.objects.exists()
