"""What a visit had before it was moved, as its AppointmentMove keeps it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from core.actor import Actor
from scheduling.models import Appointment, AppointmentMove, Reservation

REASON_LENGTH = 300


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
    """The row of a change from what is `held` to the time `to`, made by the visit's
    next version, not stored yet; an undo has one, too, and is not undone itself."""
    return AppointmentMove(
        appointment=appointment,
        version=appointment.version + 1,
        from_during=appointment.during,
        to_during=to,
        from_claims=[as_json(reservation) for reservation in held],
        from_confirmed_at=appointment.confirmed_at,
        reason=reason[:REASON_LENGTH],
        moved_by=str(by),
        moved_at=now,
        undone_at=now if undone else None,
    )


def as_json(reservation: Reservation) -> dict[str, Any]:
    """{"resource": id, "start": ISO instant, "end": ISO instant, "need": id}."""
    return {
        "resource": reservation.resource_id,
        "start": reservation.period.lower.isoformat(),
        "end": reservation.period.upper.isoformat(),
        "need": reservation.need_id,
    }
