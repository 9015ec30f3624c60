"""Holds do not outlive what they were made from: hours, resources, visit types."""

from datetime import time

import pytest

from core.problems import Invalid
from scheduling.booking.errors import SlotTaken
from scheduling.models import Appointment, Hold, VisitType
from scheduling.setup import services as setup
from scheduling.waitlist.acceptance import OfferGone
from tests.factories import scheduling as make
from tests.factories import waitlist as waits
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE
from tests.scheduling.acts import at_hold, live
from tests.scheduling.offering import accept

pytestmark = pytest.mark.django_db

AFTERNOONS = {weekday: [(time(13), time(17))] for weekday in range(7)}


@pytest.fixture
def at():
    return make.practice()


def close(at):
    setup.add_exception(
        clinic_id=at.clinic.pk, kind="closed", applies_on=NINE.date(), by=BY, now=NOW
    )


def open_only_in_the_afternoon(at):
    setup.set_hours(clinic_id=at.clinic.pk, hours=AFTERNOONS, by=BY, now=NOW)


def retire_the_clinician(at):
    for row in live(Hold.objects.get()).filter(resource__kind="clinician"):
        setup.retire_resource(
            clinic_id=at.clinic.pk, resource_id=row.resource_id, by=BY, now=NOW
        )


@pytest.mark.parametrize(
    "change", [close, open_only_in_the_afternoon, retire_the_clinician]
)
def test_a_hold_of_what_is_not_offered_any_more_cannot_be_booked(at, change):
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)
    change(at)

    with pytest.raises(SlotTaken) as refused:
        at.book(patient, hold_id=held.pk)

    assert NINE not in [one.start for one in refused.value.alternatives]
    assert not Appointment.objects.exists()


def test_a_hold_of_a_type_that_was_retired_cannot_be_booked(at):
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)
    VisitType.objects.filter(pk=held.visit_type_id).update(active=False)

    with pytest.raises(Invalid, match="no visit type to book by this name"):
        at.book(patient, hold_id=held.pk)


def test_other_hours_that_leave_the_hold_alone_change_nothing(at):
    patient = at.patient()
    held = at_hold(at, patient_id=patient.pk)
    mornings = {weekday: [(time(8), time(12))] for weekday in range(7)}
    setup.set_hours(clinic_id=at.clinic.pk, hours=mornings, by=BY, now=NOW)

    visit = at.book(patient, hold_id=held.pk)

    assert visit.start == NINE


def test_an_offer_for_a_day_that_was_closed_is_gone(at):
    entry = waits.entry(at)
    waits.offer(at)
    close(at)

    with pytest.raises(OfferGone, match="cannot offer this time any more"):
        accept(entry)

    assert not Appointment.objects.exists()
