"""Giving time back: under the resources' locks, and to an absence that waits for it."""

from collections.abc import Collection
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.actor import Actor
from scheduling.models import Absence, Appointment, Conflict, Reservation
from scheduling.services import freeing
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
    if from_at is None:
        freeing.note(appointment, resolution, now)
    live = appointment.reservations.filter(released_at=None)
    if from_at is not None:
        live = live.filter(starts_at__gte=from_at)
    free(appointment, list(live), resolution, by=by, now=now)


def free(
    appointment: Appointment,
    freed: Collection[Reservation],
    resolution: str,
    *,
    about: Collection[int] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """The same for these reservations, whose resources are locked already.

    With `about` only what concerns these resources: the visit takes the others again.
    """
    ids = [reservation.pk for reservation in freed]
    Reservation.objects.filter(pk__in=ids).update(released_at=now)
    lost = [row for row in freed if about is None or row.resource_id in about]
    _reserve_for_absences(lost)
    settled = [
        conflict
        for conflict in open_conflicts(appointment)
        if about is None or conflict_resource(conflict) in about
    ]
    resolve(settled, resolution, by=by, now=now)


def open_conflicts(appointment: Appointment) -> list[Conflict]:
    found = appointment.conflicts.filter(resolved_at=None)
    return list(found.select_related("absence"))


def conflict_resource(conflict: Conflict) -> int | None:
    """The resource that is the trouble, if it is one."""
    absence = conflict.absence
    return absence.resource_id if absence else conflict.resource_id


def absences_waiting_for(rows: Collection[Reservation]) -> list[Absence]:
    """Those that stand and want some of this time."""
    standing = Absence.objects.filter(
        resource__in={row.resource_id for row in rows}, ended_at=None
    )
    return [
        absence
        for absence in standing
        if any(
            row.resource_id == absence.resource_id
            and _shared(row.period, absence.period)
            for row in rows
        )
    ]


def _reserve_for_absences(freed: Collection[Reservation]) -> None:
    """Every standing absence gets its part, whatever became of the conflict with it:
    it was kept, or never opened as the patient was checked in."""
    pieces = [
        Reservation(resource_id=row.resource_id, period=shared, absence=absence)
        for absence in absences_waiting_for(freed)
        for row in freed
        if row.resource_id == absence.resource_id
        if (shared := _shared(row.period, absence.period))
    ]
    Reservation.objects.bulk_create(pieces, ignore_conflicts=True)


def _shared(one: DateTimeTZRange, other: DateTimeTZRange) -> DateTimeTZRange | None:
    start, end = max(one.lower, other.lower), min(one.upper, other.upper)
    return DateTimeTZRange(start, end) if start < end else None
