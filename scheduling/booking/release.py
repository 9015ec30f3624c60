"""Giving time back: under the resources' locks, and to an absence that waits for it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.actor import Actor
from scheduling.booking.hooks import Act, give_up_time
from scheduling.booking.reserve import lock_resources, resources_of
from scheduling.booking.visit_conflicts import open_conflicts, resolve
from scheduling.models import Absence, Appointment, Conflict, Reservation
from scheduling.openings.calendars import Awaited
from scheduling.openings.candidates import Claim


def release(
    appointment: Appointment,
    resolution: Act,
    *,
    by: Actor,
    now: datetime,
    from_at: datetime | None = None,
) -> None:
    """Free the visit's resources and reserve what absences were waiting for.

    Its open conflicts are resolved as `resolution` ("moved" or "cancelled").
    With `from_at` only what has not begun by then. The patient is locked already.
    """
    lock_resources(resources_of(appointment))
    if from_at is None:
        give_up_time(appointment, resolution, now)
    live = appointment.reservations.filter(released_at=None)
    if from_at is not None:
        live = live.filter(starts_at__gte=from_at)
    free(appointment, list(live), resolution, by=by, now=now)


def free(
    appointment: Appointment,
    freed: Collection[Reservation],
    resolution: str,
    *,
    again: Collection[Claim] | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Free these reservations, resolve conflicts and reserve for absences.

    The resources are locked already. With `again` the visit stays where it is and
    takes this at once: absences get no time of it, and conflicts settle only over
    what the visit loses.
    """
    ids = [reservation.pk for reservation in freed]
    Reservation.objects.filter(pk__in=ids).update(released_at=now)
    _reserve_for_absences(freed, again or ())
    settled = [
        conflict
        for conflict in open_conflicts(appointment)
        if again is None or _is_over(conflict, freed, again)
    ]
    resolve(settled, resolution, by=by, now=now)


def _is_over(
    conflict: Conflict, freed: Iterable[Reservation], again: Iterable[Claim]
) -> bool:
    """True if the visit gave up the time, or the resource, that was the trouble."""
    if absence := conflict.absence:
        return not any(
            claim.resource_id == absence.resource_id
            and claim.start < absence.period.upper
            and absence.period.lower < claim.end
            for claim in again
        )
    lost = {row.resource_id for row in freed} - {claim.resource_id for claim in again}
    return conflict.resource_id in lost


def absences_waiting_for(rows: Collection[Reservation]) -> list[Absence]:
    """Return the standing absences that want some of this time."""
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


def awaited_by(
    absences: Iterable[Absence], rows: Collection[Reservation]
) -> tuple[Awaited, ...]:
    """Return the parts of this time that go to these absences once it is free."""
    return tuple(
        Awaited(
            absence.resource_id,
            piece.lower,
            piece.upper,
            str(absence.pk),
            absence.kind,
            absence.period.upper,
        )
        for absence, piece in _pieces(absences, rows)
    )


def _reserve_for_absences(
    freed: Collection[Reservation], again: Collection[Claim]
) -> None:
    """Reserve for every standing absence its part of what was freed.

    It gets it whatever became of the conflict with it: that was kept, or never opened
    as the patient was checked in.
    """
    pieces = [
        Reservation(resource_id=absence.resource_id, period=left, absence=absence)
        for absence, piece in _pieces(absences_waiting_for(freed), freed)
        for left in _left(
            piece, [c for c in again if c.resource_id == absence.resource_id]
        )
    ]
    Reservation.objects.bulk_create(pieces, ignore_conflicts=True)


def _pieces(
    absences: Iterable[Absence], rows: Collection[Reservation]
) -> Iterator[tuple[Absence, DateTimeTZRange]]:
    for absence in absences:
        for row in rows:
            shared = _shared(row.period, absence.period)
            if shared and row.resource_id == absence.resource_id:
                yield absence, shared


def _left(
    period: DateTimeTZRange, claims: Iterable[Claim]
) -> Iterator[DateTimeTZRange]:
    """Yield what is left of the period beside these claims, which do not overlap."""
    start = period.lower
    for claim in sorted(claims, key=lambda claim: claim.start):
        if start < min(claim.start, period.upper):
            yield DateTimeTZRange(start, min(claim.start, period.upper))
        start = max(start, claim.end)
    if start < period.upper:
        yield DateTimeTZRange(start, period.upper)


def _shared(one: DateTimeTZRange, other: DateTimeTZRange) -> DateTimeTZRange | None:
    start, end = max(one.lower, other.lower), min(one.upper, other.upper)
    return DateTimeTZRange(start, end) if start < end else None
