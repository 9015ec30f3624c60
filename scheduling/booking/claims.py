"""Claims a visit has or is to get, as JSON, as moves and repair plans keep them.

Each is `{"resource": id, "start": ISO instant, "end": ISO instant, "need": id}`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.actor import Actor
from scheduling.models import Appointment, AppointmentMove, Reservation
from scheduling.openings.calendars import Awaited
from scheduling.openings.candidates import Claim

REASON_LENGTH = 300
Kept = dict[str, Any]


def new_move(
    appointment: Appointment,
    held: Iterable[Reservation],
    to: DateTimeTZRange,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    undone: bool = False,
) -> AppointmentMove:
    """Return the row, not stored yet, of a change from what is `held` to the time `to`.

    The visit's next version makes it. An undo has one, too, and is not undone itself.
    """
    return AppointmentMove(
        appointment=appointment,
        version=appointment.version + 1,
        from_during=appointment.during,
        to_during=to,
        from_claims=[of_reservation(reservation) for reservation in held],
        from_confirmed_at=appointment.confirmed_at,
        from_status=appointment.status,
        reason=reason[:REASON_LENGTH],
        moved_by=str(by),
        moved_at=now,
        undone_at=now if undone else None,
    )


def of_reservation(reservation: Reservation) -> Kept:
    """A reservation as a move keeps it."""
    start, end = reservation.period.lower, reservation.period.upper
    return _kept(reservation.resource_id, start, end, reservation.need_id)


def of_claim(claim: Claim) -> Kept:
    """A claim of the engine as a plan keeps it."""
    return _kept(claim.resource_id, claim.start, claim.end, claim.need_id)


def resources_in(kept: Iterable[Kept]) -> frozenset[int]:
    """The ids of the resources in these."""
    return frozenset(claim["resource"] for claim in kept)


def spans_in(kept: Iterable[Kept]) -> list[tuple[int, datetime, datetime]]:
    """Return (resource id, start, end) of each stored claim."""
    return [
        (
            claim["resource"],
            *map(datetime.fromisoformat, (claim["start"], claim["end"])),
        )
        for claim in kept
    ]


def time_in(kept: Iterable[Kept]) -> tuple[Awaited, ...]:
    """Return the stored claims as time that is for somebody."""
    return tuple(Awaited(*span) for span in spans_in(kept))


def _kept(resource: int, start: datetime, end: datetime, need: int | None) -> Kept:
    return {
        "resource": resource,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "need": need,
    }
