"""Conflicts of a visit as booking resolves them, with the calls about them."""

from collections.abc import Iterable
from datetime import datetime

from core.actor import Actor
from patients.services import tasks
from scheduling.models import Appointment, Conflict

OUTCOMES = {
    Conflict.Resolution.KEPT: "The visit stays as it is",
    Conflict.Resolution.MOVED: "The visit was changed",
    Conflict.Resolution.CANCELLED: "The visit was cancelled",
}


def open_conflicts(appointment: Appointment) -> list[Conflict]:
    """Return the visit's conflicts that nobody has resolved, with their absences."""
    found = appointment.conflicts.filter(resolved_at=None)
    return list(found.select_related("absence"))


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
    """Let the conflict wait for a decision again, and the call that ended with it."""
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
