"""Words about hours and closed days, and about what they did to booked visits."""

from datetime import date, time
from typing import Any

from pages.kit.words import short_day
from scheduling.absences.effects import Effect

_CLINIC = "The whole clinic"


def after(done: str, effect: Effect) -> str:
    """Say what was done, and how many visits it concerns. Names nobody."""
    return " ".join([done, *_effects(effect)])


def _effects(effect: Effect) -> list[str]:
    told = []
    if effect.opened:
        needs = "needs" if effect.opened == 1 else "need"
        told.append(
            f"{_visits(effect.opened)} now {needs} a decision; coordinators decide "
            "about them under Absences."
        )
    if effect.settled:
        fits = "fits" if effect.settled == 1 else "fit"
        needs = "needs" if effect.settled == 1 else "need"
        told.append(
            f"{_visits(effect.settled)} {fits} again and {needs} no decision any more."
        )
    return told or ["No booked visit is affected."]


def _visits(count: int) -> str:
    return "1 visit" if count == 1 else f"{count} visits"


def day_row(exception: Any) -> dict[str, Any]:
    """A closed or extra day as the list shows it."""
    return {
        "pk": exception.pk,
        "on": short_day_and_year(exception.applies_on),
        "closed": exception.kind == "closed",
        "kind": "Closed" if exception.kind == "closed" else "Open besides",
        "whose": exception.resource.name if exception.resource else _CLINIC,
        "when": _when(exception.local_start, exception.local_end),
        "reason": exception.reason,
    }


def short_day_and_year(on: date) -> str:
    return f"{short_day(on)}, {on.year}"


def _when(start: time | None, end: time | None) -> str:
    if start is None or end is None:
        return "All day"
    return f"{clock(start)}–{clock(end)}"


def clock(at: time) -> str:
    """ "8:00 AM"."""
    return f"{at.hour % 12 or 12}:{at.minute:02d} {at:%p}"
