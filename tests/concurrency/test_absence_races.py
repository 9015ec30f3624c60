"""A sick call against those who book, hold and move at the same instant."""

from functools import partial

import pytest

from core.db import unit_of_work
from scheduling.absences import services as absences
from scheduling.booking import book as booking
from scheduling.booking import holds
from scheduling.consistency import checks as booking_checks
from scheduling.models import Conflict, Reservation
from tests import lock_order
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.rivals import deadlocks, race

ROUNDS = 12
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def watch():
    """Fails the test if any transaction locks out of order."""
    with lock_order.watched() as watching:
        yield watching
    assert watching.faults == []


def rival(verb, **fields):
    return partial(unit_of_work, partial(verb, by=BY, now=NOW, **fields))


def sick_call(at):
    return rival(
        absences.open_absence,
        clinic_id=at.clinic.pk,
        resource_id=at.one("clinician").pk,
        start=NINE,
        end=NINE + minutes(240),
        kind="ill",
    )


def book(at, patient, start=NINE):
    return rival(
        booking.book,
        clinic_id=at.clinic.pk,
        patient_id=patient.pk,
        visit_type="consultation",
        start=start,
    )


def hold(at, patient, start):
    return rival(
        holds.hold,
        clinic_id=at.clinic.pk,
        patient_id=patient.pk,
        visit_type="consultation",
        start=start,
    )


def check_every_visit_in_the_way_is_known():
    in_the_way = Reservation.objects.filter(
        appointment__isnull=False,
        released_at=None,
        resource__absences__period__overlap=(NINE, NINE + minutes(240)),
    )
    known = Conflict.objects.filter(resolved_at=None)
    assert set(known.values_list("appointment", flat=True)) == set(
        in_the_way.filter(resource__kind="clinician").values_list(
            "appointment", flat=True
        )
    )
    assert booking_checks.findings(NOW) == []
    assert deadlocks() == 0


def test_a_booking_is_either_in_the_way_and_known_or_refused(watch):
    for _ in range(ROUNDS):
        at = make.practice({"clinician": 1, "consult_room": 3})
        patients = [at.patient() for _ in range(3)]
        held = [
            hold(at, who, NINE + minutes(45 + 45 * n))
            for n, who in enumerate(patients[1:])
        ]

        absence, *rest = race([sick_call(at), book(at, patients[0]), *held])

        assert not isinstance(absence, Exception)
        assert {type(one).__name__ for one in rest} <= {
            "Appointment",
            "Hold",
            "SlotTaken",
        }
    check_every_visit_in_the_way_is_known()
    standing = Reservation.objects.filter(
        hold__isnull=False, released_at=None, resource__kind="clinician"
    )
    assert not standing.exists()


def test_two_sick_calls_of_one_clinician_are_one(watch):
    at = make.practice({"clinician": 1, "consult_room": 1})

    results = race([sick_call(at) for _ in range(4)])

    assert sorted(type(one).__name__ for one in results) == [
        "Absence",
        "Invalid",
        "Invalid",
        "Invalid",
    ]
    assert booking_checks.findings(NOW) == []


def test_a_cancelled_visit_gives_its_time_to_the_absence_whoever_is_first(watch):
    for _ in range(ROUNDS):
        at = make.practice({"clinician": 1, "consult_room": 1})
        visit = at.book()
        cancel = rival(
            booking.cancel,
            appointment_id=visit.pk,
            version=visit.version,
            reason="patient asked",
        )

        results = race([sick_call(at), cancel])

        assert not [one for one in results if isinstance(one, Exception)]
        mine = Reservation.objects.filter(
            resource=at.one("clinician"), released_at=None, absence__isnull=False
        )
        taken = sum((row.ends_at - row.starts_at for row in mine), minutes(0))
        assert taken == minutes(240)
    check_every_visit_in_the_way_is_known()
