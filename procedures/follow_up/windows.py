"""Visits counted from the procedure: the window of each contact, and what fits it.

Until the injection a contact's dates follow from the day the procedure is booked
for, so they are worked out and never stored; from the injection on they are those of
the planned follow-ups.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from procedures.facts.reason import GuardReason
from procedures.follow_up.timetable import VISIT, Planned

PROVISIONAL = "provisional"
SPANS = {"D": "Day", "W": "Week", "M": "Month", "Y": "Year"}


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact of the timetable in force for an episode, or as it is planned.

    `state` is "provisional" until the injection, then the follow-up's own.
    """

    plan: Planned
    state: str = PROVISIONAL
    is_answered: bool = False

    @property
    def code(self) -> str:
        return self.plan.code

    @property
    def is_visit(self) -> bool:
        return self.plan.mode == VISIT


def name(code: str) -> str:
    """ "W6" becomes "Week 6"."""
    span = SPANS.get(code[:1])
    return f"{span} {code[1:]}" if span and code[1:].isdecimal() else code


def window(plan: Planned) -> str:
    """ "Week 6 is from 3 Dec to 24 Dec."; with years where the two differ."""
    first, last = plan.window_from, plan.window_to
    if first.year == last.year:
        return f"{name(plan.code)} is from {_day(first)} to {_day(last)}."
    return (
        f"{name(plan.code)} is from {_day(first)} {first.year} "
        f"to {_day(last)} {last.year}."
    )


def against(
    contacts: Mapping[str, Contact],
    code: str,
    on: date,
    *,
    booked: bool,
    act: str,
) -> Iterator[GuardReason]:
    """Yield the reasons against the contact's visit on that (clinic-local) day.

    `contacts` are all of the episode's, empty while nothing is there to count from;
    `booked` says that a visit for this contact is booked already. A "move" of that
    visit is free while nothing is there to count from.
    """
    moving = act == "move"
    found = contacts.get(code)
    if not contacts:
        if not moving:
            yield _nothing_to_count_from(code)
    elif found is None:
        yield GuardReason("contact-unknown", f"No contact is called {code}.")
    elif not found.is_visit:
        text = f"{name(code)} is asked by phone or link; there is no visit to book."
        yield GuardReason("contact-remote", text)
    else:
        if booked and not moving:
            yield _booked_already(code)
        if not fits(found.plan, on):
            yield _outside(found.plan)


def conflict(contacts: Mapping[str, Contact], code: str, on: date) -> str:
    """Say what is wrong with the contact's booked visit on that day, or ""."""
    found = contacts.get(code)
    if found is None:
        return f"The procedure that {name(code)} is counted from is not booked."
    if fits(found.plan, on):
        return ""
    return f"{window(found.plan)} This visit is on {_day(on)}."


def fits(plan: Planned, on: date) -> bool:
    """Both ends of a window belong to it."""
    return plan.window_from <= on <= plan.window_to


def _nothing_to_count_from(code: str) -> GuardReason:
    return GuardReason(
        "contact-without-procedure",
        f"{name(code)} is counted from the procedure, and none is booked.",
        "The procedure is booked",
    )


def _booked_already(code: str) -> GuardReason:
    return GuardReason(
        "contact-booked",
        f"{name(code)} is booked already.",
        "That visit is moved, or cancelled first",
    )


def _outside(plan: Planned) -> GuardReason:
    return GuardReason(
        "contact-window", window(plan), "A day inside the window is chosen"
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"
