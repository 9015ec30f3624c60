"""Facts of one record of a person hold for the other, and for later calls."""

from datetime import timedelta

import pytest

from patients.models import Task
from patients.services import departures, duplicates, tasks
from tests.factories import clinics as make
from tests.factories import patients as people
from tests.factories.clinics import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    return make.clinic()


@pytest.fixture
def nurse(clinic):
    return make.actor("nurse", clinic)


def gone(patient, by, kind="deceased"):
    departures.record(
        patient_id=patient.pk, kind=kind, source="The family told us.", by=by, now=NOW
    )


@pytest.mark.parametrize("kind", ["deceased", "do_not_contact"])
@pytest.mark.parametrize("known", [0, 1])
def test_linking_two_records_carries_it_over(clinic, nurse, kind, known):
    both = [people.patient(clinic), people.patient(clinic)]
    gone(both[known], nurse, kind)

    duplicates.link(patient_id=both[0].pk, duplicate_of=both[1].pk, by=nurse, now=NOW)

    for one in both:
        one.refresh_from_db()
        assert one.standing == kind


def call(patient, by, kind="call_patient", tier=None):
    return tasks.open(
        clinic_id=patient.clinic_id,
        kind=kind,
        text="Call the patient.",
        owner_role="nurse",
        patient_id=patient.pk,
        subject="visit:1",
        tier=tier,
        due_at=NOW + timedelta(hours=4),
        by=by,
        now=NOW + timedelta(minutes=5),
    )


def test_a_call_made_up_later_is_held_back_and_opened_when_it_was_a_slip(clinic, nurse):
    patient = people.patient(clinic)
    gone(patient, nurse)

    assert call(patient, nurse).outcome == "Not made: the patient has died."

    departures.take_back(
        patient_id=patient.pk,
        kind="deceased",
        reason="It was his brother.",
        by=nurse,
        now=NOW + timedelta(minutes=9),
    )
    assert Task.objects.filter(patient=patient, done_at=None).count() == 1


def test_an_urgent_flag_is_a_clinicians_to_close(clinic, nurse):
    patient = people.patient(clinic)
    gone(patient, nurse, "do_not_contact")

    assert call(patient, nurse, "red-flag", tier=1).done_at is None
