"""Two records of one person: linked, never merged and never deleted."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import events, journal
from core.actor import Actor
from core.problems import Problem
from patients.events import PatientAmended
from patients.models import Patient
from patients.services import departures
from patients.services.row_locks import lock, lock_all


class CannotLink(Problem):
    code = "cannot-link"
    status = 409
    title = "These two records cannot be linked"


@transaction.atomic
def link(*, patient_id: UUID, duplicate_of: UUID, by: Actor, now: datetime) -> Patient:
    """Say that `patient_id` is a second record of the person `duplicate_of`.

    Look-back follows the link (selectors.same_person). Raises CannotLink.
    """
    both = {p.pk: p for p in lock_all({patient_id, duplicate_of})}
    patient, first = both[patient_id], both[duplicate_of]
    _check(patient, first)
    if patient.duplicate_of_id != first.pk:
        _point(patient, first, "patient.duplicate_linked", by=by, now=now)
        departures.share([patient, first], by=by, now=now)
    return patient


@transaction.atomic
def unlink(*, patient_id: UUID, by: Actor, now: datetime) -> Patient:
    """The link was a mistake: two people after all."""
    patient = lock(patient_id)
    if patient.duplicate_of_id is not None:
        _point(patient, None, "patient.duplicate_unlinked", by=by, now=now)
    return patient


def _check(patient: Patient, first: Patient) -> None:
    if patient.pk == first.pk:
        raise CannotLink("A record is no duplicate of itself.")
    if patient.clinic_id != first.clinic_id:
        raise CannotLink("The records belong to two clinics.")
    # One step only, so that no chain of links can ever close into a circle.
    if first.duplicate_of_id is not None:
        raise CannotLink("That record is a duplicate itself; link to the first one.")
    if patient.duplicates.exists():
        raise CannotLink("Other records are linked to this one; link those first.")


def _point(
    patient: Patient, first: Patient | None, name: str, *, by: Actor, now: datetime
) -> None:
    payload = {"duplicate_of": first.pk if first else patient.duplicate_of_id}
    patient.duplicate_of = first
    patient.version += 1
    patient.save(update_fields=["duplicate_of", "version"])
    journal.record(
        name, subject=f"patient:{patient.pk}", by=by, at=now, payload=payload
    )
    events.publish(PatientAmended(patient_id=patient.pk, occurred_at=now))
