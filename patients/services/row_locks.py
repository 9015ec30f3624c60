"""The patient's row is the lock of everything about that patient."""

from collections.abc import Collection
from uuid import UUID

from core import locks
from core.problems import NotFound
from patients.models import Patient


def lock(patient_id: UUID, clinic_id: int | None = None) -> Patient:
    """The patient's row, locked until the transaction ends, as it is now.

    First in every write about a patient. Raises NotFound, also for a patient of
    another clinic than `clinic_id`.
    """
    rows = Patient.objects.filter(pk=patient_id)
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    locked = locks.lock(rows)
    if not locked:
        raise NotFound("There is no such patient at this clinic.")
    return locked[0]


def lock_all(patient_ids: Collection[UUID]) -> list[Patient]:
    """Several patients, in id order. Raises NotFound if one is missing."""
    locked = locks.lock(Patient.objects.filter(pk__in=patient_ids))
    if len(locked) != len(set(patient_ids)):
        raise NotFound("There is no such patient at this clinic.")
    return locked


def lock_many(
    patient_ids: Collection[UUID], *, waits: bool = True
) -> dict[UUID, Patient]:
    """Several patients by id, locked in id order, as they are now.

    With `waits` False those whom somebody else holds just now are left out.
    """
    rows = Patient.objects.filter(pk__any_of=patient_ids)
    return {row.pk: row for row in locks.lock(rows, skip_locked=not waits)}
