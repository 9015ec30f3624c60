"""States of an appointment: the one table of what becomes of it."""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType


class Status(Enum):
    """Words of FHIR's Appointment.status."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    CHECKED_IN = "checked-in"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"
    NOSHOW = "noshow"
    ENTERED_IN_ERROR = "entered-in-error"


class Act(Enum):
    """Acts on an appointment; TRANSITIONS says in which states each can be done."""

    MOVE = "move"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    ARRIVE = "arrive"
    UNDO_ARRIVAL = "undo_arrival"
    CHECK_IN = "check_in"
    FULFIL = "fulfil"
    NO_SHOW = "no_show"
    UNDO_NO_SHOW = "undo_no_show"
    UNDO_CHECK_IN = "undo_check_in"
    UNDO_FULFIL = "undo_fulfil"
    END = "end"


S, A = Status, Act

# From check-in on nothing moves or cancels a visit: only the episode's abort ends it.
TRANSITIONS: Mapping[tuple[Status, Act], Status] = MappingProxyType(
    {
        (S.BOOKED, A.MOVE): S.BOOKED,
        (S.BOOKED, A.CANCEL): S.CANCELLED,
        (S.BOOKED, A.CONFIRM): S.BOOKED,
        (S.BOOKED, A.ARRIVE): S.ARRIVED,
        (S.BOOKED, A.CHECK_IN): S.CHECKED_IN,
        (S.BOOKED, A.NO_SHOW): S.NOSHOW,
        (S.ARRIVED, A.MOVE): S.BOOKED,
        (S.ARRIVED, A.CANCEL): S.CANCELLED,
        (S.ARRIVED, A.UNDO_ARRIVAL): S.BOOKED,
        (S.ARRIVED, A.CHECK_IN): S.CHECKED_IN,
        (S.CHECKED_IN, A.FULFIL): S.FULFILLED,
        (S.CHECKED_IN, A.END): S.FULFILLED,
        # Taken back: a no-show who walks in, and records that were entered in error.
        (S.NOSHOW, A.UNDO_NO_SHOW): S.BOOKED,
        (S.CHECKED_IN, A.UNDO_CHECK_IN): S.ARRIVED,
        (S.FULFILLED, A.UNDO_FULFIL): S.CHECKED_IN,
    }
)

# These take the patient's time; in person, two of them never overlap.
LIVE = frozenset({S.BOOKED, S.ARRIVED, S.CHECKED_IN})
# These must not hold any resource.
ENDED_WITHOUT_VISIT = frozenset({S.CANCELLED, S.NOSHOW, S.ENTERED_IN_ERROR})

_PHRASE = {
    A.MOVE: "moved",
    A.CANCEL: "cancelled",
    A.CONFIRM: "confirmed",
    A.ARRIVE: "marked as arrived",
    A.UNDO_ARRIVAL: "marked as not arrived",
    A.CHECK_IN: "checked in",
    A.FULFIL: "closed",
    A.NO_SHOW: "marked as a no-show",
    A.UNDO_NO_SHOW: "marked as not missed",
    A.UNDO_CHECK_IN: "marked as not checked in",
    A.UNDO_FULFIL: "opened again",
    A.END: "ended",
}


def why_not(status: Status, act: Act) -> str | None:
    """Say why `act` cannot be done now; None where it can."""
    if (status, act) in TRANSITIONS:
        return None
    if status is S.CHECKED_IN and act in {A.MOVE, A.CANCEL}:
        return (
            f"The patient is checked in, so the visit cannot be {_PHRASE[act]}; "
            "only ending the procedure ends it."
        )
    if status is S.CHECKED_IN and act is A.UNDO_ARRIVAL:
        return "The patient is checked in, so the arrival cannot be taken back."
    state = "missed" if status is Status.NOSHOW else status.value
    return f"A visit that is {state} cannot be {_PHRASE[act]}."


def why_nobody_comes(visit_on: date, today: date) -> str | None:
    """Say why nobody arrives or is checked in yet; None once the day is there.

    What was forgotten is noted later.
    """
    if visit_on <= today:
        return None
    return "The day of the visit has not come yet."


def why_arrival_stays(noted_on: date, today: date) -> str | None:
    """Say why an arrival is not taken back any more; None where it is.

    A slip is put right on its own day.
    """
    if noted_on == today:
        return None
    return "The arrival was noted on another day, so it cannot be taken back."


def why_no_show_stays(visit_on: date, today: date) -> str | None:
    """Say why a no-show is not taken back any more; None on the visit's day."""
    if visit_on == today:
        return None
    return "The day of the visit is over, so the no-show cannot be taken back."
