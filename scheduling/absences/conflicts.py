"""Conflicts: a visit that something made impossible is kept, moved or cancelled.

Moving and cancelling resolve them (`scheduling.booking.release`); keeping is
somebody's word that the visit goes ahead all the same. A call that was asked for
because of an absence ends with its conflict, and is asked for again with it.
"""

from datetime import datetime

from django.db import transaction

from core import journal
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound, Problem
from patients.domain.fields import text_faults
from scheduling.absences import selectors
from scheduling.booking.locked import lock_appointment
from scheduling.booking.reserve import lock_resources, resources_of
from scheduling.booking.visit_conflicts import resolve
from scheduling.models import Conflict


class ConflictResolved(Problem):
    code = "conflict-resolved"
    status = 409
    title = "This conflict is resolved already"

    def __init__(self, resolution: str) -> None:
        super().__init__(f"The visit was {resolution}; there is nothing left to do.")


@transaction.atomic
def keep(
    *, conflict_id: int, clinic_id: int, reason: str, by: Actor, now: datetime
) -> Conflict:
    """The visit stays as it is, for a reason somebody stands for with their name.

    Raises NotFound, Invalid without a reason, and ConflictResolved.
    """
    reason = _tidy(reason)
    conflict = _lock(conflict_id, clinic_id)
    resolve([conflict], Conflict.Resolution.KEPT, reason, by=by, now=now)
    journal.record(
        "appointment.kept",
        subject=f"appointment:{conflict.appointment_id}",
        by=by,
        at=now,
        payload={
            "cause": conflict.cause,
            "absence": conflict.absence_id or "",
            "reason": reason,
        },
    )
    return conflict


def _tidy(reason: str) -> str:
    reason = reason.strip()[:200]
    if not reason:
        raise Invalid([FieldError("/reason", "Say why the visit can stay as it is.")])
    if found := [FieldError("/reason", fault) for fault in text_faults(reason)]:
        raise Invalid(found)
    return reason


def _lock(conflict_id: int, clinic_id: int) -> Conflict:
    found = selectors.conflict(conflict_id, clinic_id)
    if found is None:
        raise NotFound("There is no such conflict at this clinic.")
    appointment = lock_appointment(found.appointment_id, clinic_id)
    lock_resources({*resources_of(appointment), *filter(None, [found.resource_id])})
    found.refresh_from_db()
    if found.resolved_at is not None:
        raise ConflictResolved(found.resolution)
    return found
