"""Giving time back: under the resources' locks, and to an absence that waits for it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.actor import Actor
from scheduling.models import Appointment, Conflict, Reservation
from scheduling.services import freeing
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
    if from_at is None:
        freeing.note(appointment, resolution, now)
    live = appointment.reservations.filter(released_at=None)
    if from_at is not None:
        live = live.filter(starts_at__gte=from_at)
    freed = list(live)
    live.update(released_at=now)
    _resolve(appointment, freed, resolution, by, now)


def _resolve(
    appointment: Appointment,
    freed: Iterable[Reservation],
    resolution: str,
    by: Actor,
    now: datetime,
) -> None:
    opened = appointment.conflicts.filter(resolved_at=None).select_related("absence")
    for conflict in opened:
        _reserve_for_absence(conflict, freed)
        conflict.resolved_at = now
        conflict.resolution = resolution
        conflict.resolved_by = str(by)
        conflict.save(update_fields=["resolved_at", "resolution", "resolved_by"])


def _reserve_for_absence(conflict: Conflict, freed: Iterable[Reservation]) -> None:
    absence = conflict.absence
    if absence is None:
        return
    pieces = [
        Reservation(resource_id=r.resource_id, period=shared, absence=absence)
        for r in freed
        if r.resource_id == absence.resource_id
        if (shared := _shared(r.period, absence.period))
    ]
    Reservation.objects.bulk_create(pieces, ignore_conflicts=True)


def _shared(one: DateTimeTZRange, other: DateTimeTZRange) -> DateTimeTZRange | None:
    start, end = max(one.lower, other.lower), min(one.upper, other.upper)
    return DateTimeTZRange(start, end) if start < end else None
