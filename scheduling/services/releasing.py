"""Giving time back: under the resources' locks, and to an absence that waits for it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.actor import Actor
from scheduling.models import Absence, Appointment, Reservation
from scheduling.services.conflicts import resolve
from scheduling.services.reserving import lock_resources, resources_of


def release(
    appointment: Appointment,
    resolution: str,
    *,
    by: Actor,
    now: datetime,
    from_at: datetime | None = None,
) -> None:
    """Free the visit's resources, resolve its open conflicts as `resolution`
    ("moved" or "cancelled"), and reserve what absences were waiting for.

    With `from_at` only what has not begun by then. The patient is locked already.
    """
    lock_resources(resources_of(appointment))
    live = appointment.reservations.filter(released_at=None)
    if from_at is not None:
        live = live.filter(starts_at__gte=from_at)
    freed = list(live)
    live.update(released_at=now)
    _reserve_for_absences(freed)
    resolve(appointment.conflicts.filter(resolved_at=None), resolution, by=by, now=now)


def _reserve_for_absences(freed: Sequence[Reservation]) -> None:
    """Every standing absence gets its part, whatever became of the conflict with it:
    it was kept, or never opened as the patient was checked in."""
    waiting = Absence.objects.filter(
        resource__in={row.resource_id for row in freed}, ended_at=None
    )
    pieces = [
        Reservation(resource_id=row.resource_id, period=shared, absence=absence)
        for absence in waiting
        for row in freed
        if row.resource_id == absence.resource_id
        if (shared := _shared(row.period, absence.period))
    ]
    Reservation.objects.bulk_create(pieces, ignore_conflicts=True)


def _shared(one: DateTimeTZRange, other: DateTimeTZRange) -> DateTimeTZRange | None:
    start, end = max(one.lower, other.lower), min(one.upper, other.upper)
    return DateTimeTZRange(start, end) if start < end else None
