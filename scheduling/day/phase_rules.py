"""Rules for what can be recorded of a phase as it went, and why not; in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.booking.status import Status

# A record on another day than the visit's is a slip of the pen.
FURTHEST = timedelta(hours=24)
# Until check-in a visit may be moved, and what was on record of it would be untrue.
BEGINS_IN = frozenset({Status.CHECKED_IN})
CORRECTED_IN = BEGINS_IN | {Status.FULFILLED}


@dataclass(frozen=True, slots=True)
class Noted:
    """Times that another app knows of a phase, by the phase's name.

    `firm` times replace what is on record; others only fill what is missing.
    """

    phase: str
    started: datetime | None = None
    ended: datetime | None = None
    firm: bool = True


def wrong_time(
    at: datetime, planned: datetime, now: datetime, began: datetime | None = None
) -> str | None:
    """Return why a phase cannot have begun at this time; None if it can.

    If `began` is given, it is about the end of the phase.
    """
    if at > now:
        return "This time lies in the future."
    if began is not None and at < began:
        return "A phase ends after it began."
    if abs(at - planned) > FURTHEST:
        return "This is not the day of the visit."
    return None


def why_not(status: Status, *, correcting: bool = False) -> str | None:
    """Return why nothing can be recorded of a visit in this state; None if it can."""
    if status in (CORRECTED_IN if correcting else BEGINS_IN):
        return None
    if status in {Status.BOOKED, Status.ARRIVED}:
        return "The patient is not checked in yet."
    if status is Status.FULFILLED:
        return "The visit is over; what is on record can be corrected."
    return f"The visit is {status.value}; nothing of it takes place."
