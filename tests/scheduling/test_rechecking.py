"""What changes between the search and the locks: a booking sees it, at little cost."""

from datetime import time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from core.models import FailedReaction
from scheduling.booking import book, reserve
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.models import Appointment, Reservation, Resource
from scheduling.setup import services as setup
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY
from tests.scheduling.acts import at_hold, live

pytestmark = pytest.mark.django_db

CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET", "COMMIT")


@pytest.fixture
def at():
    return make.practice()


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(act)`: done once, after the search and before the locks are had."""

    def do(act):
        search, left = reserve.opening_for, [act]

        def found(world, wanted):
            opening = search(world, wanted)
            if left:
                left.pop()()
            return opening

        monkeypatch.setattr(reserve, "opening_for", found)

    return do


def set_hours(at, resource_id=None):
    setup.set_hours(
        clinic_id=at.clinic.pk,
        resource_id=resource_id,
        hours={2: [(time(13), time(17))]},
        by=BY,
        now=NOW,
    )


CHANGES = {
    "the clinic opens later": lambda at: set_hours(at),
    "the clinician comes later": lambda at: set_hours(at, at.one("clinician").pk),
    "the room is retired": lambda at: Resource.objects.filter(
        pk=at.one("consult_room").pk
    ).update(active=False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_before_the_locks_is_not_booked(at, meanwhile, change):
    meanwhile(lambda: CHANGES[change](at))

    with pytest.raises(SlotTaken), transaction.atomic():
        at.book()

    assert not Appointment.objects.exists()
    assert not Reservation.objects.exists()


def test_another_clinician_takes_over_from_one_who_was_retired_meanwhile(meanwhile):
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2})
    first, second = at.by_kind["clinician"]
    meanwhile(lambda: Resource.objects.filter(pk=first.pk).update(active=False))

    visit = at.book()

    used = live(visit).filter(resource__kind="clinician")
    assert used.values_list("resource", flat=True).get() == second.pk


def test_a_hold_that_is_over_gives_way_to_the_second_try(at):
    held = at_hold(at, lasts=make.minutes(10))

    visit = at.book(now=NOW + make.minutes(10))

    assert live(visit).count() == 2
    assert not live(held).exists()


def test_a_busy_patient_is_told_so_rather_than_that_the_time_is_taken(at):
    patient = at.patient()
    at.book(patient)

    with pytest.raises(PatientBusy), transaction.atomic():
        at.book(patient)


def test_a_busy_patient_is_told_so_where_the_time_is_free():
    at = make.practice({**make.ONE_OF_EACH, "clinician": 2, "consult_room": 2})
    patient = at.patient()
    at.book(patient)

    with pytest.raises(PatientBusy), transaction.atomic():
        at.book(patient)

    assert Appointment.objects.count() == 1
    assert Reservation.objects.count() == 2


def test_a_booking_takes_few_statements(at):
    patient = at.patient(sms_consent=True)

    with CaptureQueriesContext(connection) as statements:
        at.book(patient)

    counted = [q["sql"] for q in statements if not q["sql"].startswith(CONTROL)]
    assert not FailedReaction.objects.exists()
    # With the two of its key it is two dozen; one each is for the patient's other
    # visits, for questions that are open before it, and for what they wait for.
    assert len(counted) <= 23, "\n".join(counted)


def test_a_move_that_finds_nobody_leaves_the_visit_alone(at, meanwhile):
    visit = at.book()
    meanwhile(lambda: set_hours(at))

    with pytest.raises(SlotTaken), transaction.atomic():
        book.move(
            appointment_id=visit.pk,
            start=make.NINE + make.minutes(60),
            version=1,
            reason="patient asked",
            by=BY,
            now=NOW,
        )

    assert live(visit).count() == 2
