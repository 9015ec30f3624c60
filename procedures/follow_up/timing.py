"""Say how a planned contact stands on a day, as a code for machines and in words.

A stored state ("planned") tells what was done, never what the calendar makes of it:
a contact nobody answered is late from the day after its target to the end of its
window, and missed from then on, also before a job has noted it.
"""

from dataclasses import dataclass
from datetime import date

from procedures.follow_up.timetable import Planned
from procedures.follow_up.windows import PROVISIONAL

AHEAD = "ahead"
OPEN = "open"
DUE = "due"
OVERDUE = "overdue"
MISSED = "missed"
# What the calendar says of a contact that waits for its answers.
WAITING = (AHEAD, OPEN, DUE, OVERDUE, MISSED)
# These are worked on today.
PRESSING = frozenset({DUE, OVERDUE})
# States that say all by themselves.
SETTLED = {
    PROVISIONAL: "Provisional",
    "unplanned": "Unplanned",
    "answered": "Answered",
    "cancelled": "Cancelled",
}


@dataclass(frozen=True, slots=True)
class Timing:
    """`code` is stable; `days` counts from the target while the contact is overdue."""

    code: str
    text: str
    days: int = 0


def timing(
    state: str,
    plan: Planned | None,
    on: date,
    *,
    is_answered: bool = False,
    visit_on: date | None = None,
) -> Timing:
    """Return how a contact in that state stands on that clinic-local day.

    `is_answered` also of a missed contact whose answers came late; `visit_on` is the
    day of the visit booked for it, named while it lies ahead.
    """
    if is_answered and state == MISSED:
        return Timing("answered", "Answered late")
    if state in SETTLED or plan is None:
        return Timing(state, SETTLED.get(state, state.capitalize()))
    if state == MISSED or on > plan.window_to:
        return Timing(MISSED, f"Missed; window closed {_day(plan.window_to, on)}")
    found = _waiting(plan, on)
    if visit_on is None or visit_on < on:
        return found
    return Timing(found.code, f"{found.text}; visit {_day(visit_on, on)}", found.days)


def of(plan: Planned, on: date) -> str:
    """Return the code of a contact that waits for its answers."""
    return timing("planned", plan, on).code


def _waiting(plan: Planned, on: date) -> Timing:
    closes = f"window closes {_day(plan.window_to, on)}"
    if on < plan.window_from:
        return Timing(AHEAD, f"Planned; opens {_day(plan.window_from, on)}")
    if on < plan.target_on:
        return Timing(OPEN, f"Open; due {_day(plan.target_on, on)}, {closes}")
    if on == plan.target_on:
        return Timing(DUE, f"Due today; {closes}")
    late = (on - plan.target_on).days
    days = "1 day" if late == 1 else f"{late} days"
    return Timing(OVERDUE, f"Overdue by {days}; {closes}", late)


def _day(day: date, on: date) -> str:
    """ "Dec 1", with the year where it is another one than `on`'s."""
    named = f"{day:%b} {day.day}"
    named = named if day.year == on.year else f"{named}, {day.year}"
    return f"{named} (today)" if day == on else named
