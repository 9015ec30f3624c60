"""Conflicts: a visit that something made impossible is kept, moved or cancelled.

Moving and cancelling resolve them (`scheduling.booking.release`); keeping is
somebody's word that the visit goes ahead all the same. A call that was asked for
because of an absence ends with its conflict, and is asked for again with it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core import journal
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound, Problem
from patients.domain.fields import text_faults
from patients.services import tasks
from scheduling.absences import selectors
from scheduling.booking.locked import lock_appointment
from scheduling.booking.reserve import lock_resources, resources_of
from scheduling.models import Conflict

OUTCOMES = {
    Conflict.Resolution.KEPT: "The visit stays as it is",
    Conflict.Resolution.MOVED: "The visit was changed",
    Conflict.Resolution.CANCELLED: "The visit was cancelled",
}


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


def resolve(
    conflicts: Iterable[Conflict],
    resolution: str,
    reason: str = "",
    *,
    by: Actor,
    now: datetime,
) -> None:
    """Store how they ended, and end the calls about them.

    The patients are locked already, but for hours, closures and retirement: nobody
    is called about those, and the resource's lock does.
    """
    conflicts = list(conflicts)
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
    _end_calls(conflicts, resolution, reason, by, now)


def reopen(conflict: Conflict, *, by: Actor, now: datetime) -> None:
    """It waits for a decision again, and so does the call that ended with it."""
    resolved_at = conflict.resolved_at
    conflict.resolved_at = None
    conflict.resolution = conflict.resolution_reason = conflict.resolved_by = ""
    conflict.save()
    if resolved_at is not None:
        subject = call_about(conflict.pk)
        tasks.open_again(subject=subject, closed_at=resolved_at, by=by, now=now)


def call_about(conflict_id: int) -> str:
    """The subject of the call; it is asked for once."""
    return f"conflict:{conflict_id}"


def _end_calls(
    resolved: Iterable[Conflict],
    resolution: str,
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    subjects = [call_about(c.pk) for c in resolved if c.absence_id is not None]
    if not subjects:
        return
    outcome = OUTCOMES[Conflict.Resolution(resolution)]
    outcome += f": {reason}" if reason else "."
    tasks.close_about(subjects=subjects, outcome=outcome, by=by, now=now)


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
