"""Reasons, in words, why an act does not fit the state a visit is in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from core.refusal import Reason
from scheduling.booking.status import (
    Act,
    Status,
    why_arrival_stays,
    why_no_show_stays,
    why_nobody_comes,
    why_not,
)
from scheduling.models import Appointment, AppointmentMove


def reason_against(appointment: Appointment, act: Act, now: datetime) -> Reason | None:
    """Return why `act` cannot be done now; None if it can."""
    if text := why_not(Status(appointment.status), act):
        return Reason("status", text)
    if act is Act.NO_SHOW and now < appointment.start:
        return Reason(
            "not-yet",
            "The visit has not begun yet, so the patient can still come.",
            "Wait until the visit was due, or cancel it.",
        )
    if act in {Act.ARRIVE, Act.CHECK_IN}:
        return _reason_nobody_comes(appointment, now)
    if act is Act.UNDO_ARRIVAL:
        return reason_arrival_stays(appointment, now)
    if act is Act.UNDO_NO_SHOW:
        return _reason_no_show_stays(appointment, now)
    return None


def _reason_no_show_stays(appointment: Appointment, now: datetime) -> Reason | None:
    today = now.astimezone(ZoneInfo(appointment.time_zone)).date()
    text = why_no_show_stays(appointment.local_on, today)
    return Reason("another-day", text, "Book another visit.") if text else None


def _reason_nobody_comes(appointment: Appointment, now: datetime) -> Reason | None:
    today = now.astimezone(ZoneInfo(appointment.time_zone)).date()
    text = why_nobody_comes(appointment.local_on, today)
    lifts = "Move the visit to today, or wait for its day."
    return Reason("not-yet", text, lifts) if text else None


def reason_arrival_stays(appointment: Appointment, now: datetime) -> Reason | None:
    """Return why the arrival is not taken back any more.

    None while it is the day, at the clinic, on which it was noted.
    """
    zone = ZoneInfo(appointment.time_zone)
    noted_on = appointment.status_at.astimezone(zone).date()
    text = why_arrival_stays(noted_on, now.astimezone(zone).date())
    return Reason("another-day", text, "Cancel or move the visit.") if text else None


def reason_against_undo(
    appointment: Appointment, last: AppointmentMove | None, now: datetime
) -> Reason | None:
    """Return why `last`, the latest move not undone yet, cannot be moved back now.

    None if it can.
    """
    if last is None:
        return Reason("nothing-to-undo", "No move of this visit is left to undo.")
    if against := reason_against(appointment, Act.MOVE, now):
        return against
    if last.from_during.lower < now:
        return Reason(
            "too-late",
            "The time before this move is over, so it cannot be moved back.",
            "Move it to another time instead.",
        )
    return None
