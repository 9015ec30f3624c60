"""Openings kept aside: made, booked, given back, expired."""

from datetime import timedelta

import pytest

from core.problems import NotFound
from scheduling.models import Hold
from scheduling.services import holds
from scheduling.services.problems import InvalidStart, SlotTaken
from tests.factories import scheduling as make
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, minutes
from tests.scheduling.acts import at_hold, last_entry, live

pytestmark = pytest.mark.django_db


def test_a_hold_keeps_others_out():
    at = make.practice()
    at_hold(at)

    with pytest.raises(SlotTaken):
        at.book()


def test_a_hold_lasts_longer_for_staff():
    at = make.practice()

    by_job = at_hold(at)
    by_staff = at_hold(
        at, start=NINE + minutes(60), by=make.make.actor("coordinator", at.clinic)
    )

    assert by_job.expires_at - NOW == timedelta(minutes=10)
    assert by_staff.expires_at - NOW == timedelta(hours=48)


def test_booking_a_hold_takes_over_its_reservations():
    at = make.practice()
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)
    rows = set(live(held).values_list("pk", flat=True))

    visit = at.book(patient, hold_id=held.pk)

    held.refresh_from_db()
    assert set(live(visit).values_list("pk", flat=True)) == rows
    assert held.ended_as == "booked"


def test_an_expired_hold_cannot_be_booked():
    at = make.practice()
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk, lasts=minutes(10))

    with pytest.raises(SlotTaken):
        at.book(patient, hold_id=held.pk, now=NOW + minutes(10))


def test_a_hold_that_lost_a_resource_cannot_be_booked():
    at = make.practice()
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)
    live(held).filter(resource=at.one("clinician")).update(released_at=NOW)

    with pytest.raises(SlotTaken):
        at.book(patient, hold_id=held.pk)


def test_another_patients_hold_is_not_found():
    at = make.practice()
    held = at_hold(at, patient_id=at.patient().pk)

    with pytest.raises(NotFound):
        at.book(at.patient(), hold_id=held.pk)


def test_a_hold_is_booked_at_its_own_start_only():
    at = make.practice()
    held = at_hold(at)

    with pytest.raises(InvalidStart, match="another start"):
        at.book(hold_id=held.pk, start=NINE + minutes(5))


def test_releasing_a_hold_frees_the_time():
    at = make.practice()
    held = at_hold(at)

    holds.release(hold_id=held.pk, by=BY, now=NOW)

    assert at.book().status == "booked"
    assert last_entry(f"hold:{held.pk}").name == "hold.released"


def test_expired_holds_are_released_and_standing_ones_kept():
    at = make.practice()
    short = at_hold(at, lasts=minutes(10), patient_id=at.patient().pk)
    long = at_hold(at, start=NINE + minutes(60), lasts=minutes(60))

    ended = holds.release_expired_holds(by=BY, now=NOW + minutes(10))

    assert ended == 1
    assert Hold.objects.get(pk=short.pk).ended_as == "expired"
    assert not live(short).exists()
    assert live(long).count() == 2
