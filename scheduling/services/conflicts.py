"""Conflicts: a visit that something made impossible is kept, moved or cancelled.

Moving and cancelling resolve them (`scheduling.services.releasing`); keeping is
somebody's word that the visit goes ahead all the same.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core import journal
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound, Problem
from scheduling.models import Conflict
from scheduling.selectors import absences as selectors
from scheduling.services.locking import lock_appointment
from scheduling.services.reserving import lock_resources, resources_of


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
    reason = reason.strip()
    if not reason:
        raise Invalid([FieldError("/reason", "Say why the visit can stay as it is.")])
    conflict = _lock(conflict_id, clinic_id)
    resolve([conflict], Conflict.Resolution.KEPT, reason[:200], by=by, now=now)
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


def resolve(
    conflicts: Iterable[Conflict],
    resolution: str,
    reason: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Store how they ended. Patient or resource is locked already."""
    for conflict in conflicts:
        conflict.resolved_at = now
        conflict.resolution = resolution
        conflict.resolution_reason = reason
        conflict.resolved_by = str(by)
        conflict.save(
            update_fields=[
                "resolved_at",
                "resolution",
                "resolution_reason",
                "resolved_by",
            ]
        )


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
