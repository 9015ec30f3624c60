"""Timetable of the contacts after an injection.

Targets, windows and modes are versioned data (the clinic's follow-up timetable).
Months keep the day of the month and clamp to a shorter month's end. A clinic visit
on a weekend or holiday rolls forward to the next business day inside its window;
what happens by phone or link does not roll.
"""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

IsHoliday = Callable[[date], bool]
VISIT = "visit"
# So many days before its day a visit is to be booked; in all cases before its window.
BOOK_AHEAD_DAYS = {"D14": 6, "W6": 14, "M3": 21, "M6": 28, "M12": 42}
USUALLY_AHEAD_DAYS = 21
# Asked only where the clinic wants it, and also of who has completed the path.
YEARLY = ("Y2", "Y3", "Y4", "Y5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One contact: its distance from the injection and its window.

    `window_days` counts from the injection; `window_around_days` from the target.
    """

    code: str
    mode: str
    asks: tuple[str, ...]
    days: int = 0
    months: int = 0
    window_days: tuple[int, int] | None = None
    window_around_days: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """A contact on the calendar; all dates are clinic-local, the window inclusive."""

    code: str
    mode: str
    target_on: date
    window_from: date
    window_to: date


def book_from(code: str, target_on: date) -> date:
    """The first day on which that contact's visit is owed until it is booked."""
    ahead = BOOK_AHEAD_DAYS.get(code, USUALLY_AHEAD_DAYS)
    return target_on - timedelta(days=ahead)


def from_data(data: Mapping[str, Any]) -> Milestone:
    """The milestone described by one entry of the data file."""
    window = data.get("window_days")
    return Milestone(
        code=data["code"],
        mode=data["mode"],
        asks=tuple(data["asks"]),
        days=data.get("days", 0),
        months=data.get("months", 0),
        window_days=(window[0], window[1]) if window else None,
        window_around_days=data.get("window_around_days", 0),
    )


def plan(
    milestones: tuple[Milestone, ...], injected_on: date, is_holiday: IsHoliday
) -> tuple[Planned, ...]:
    """Every contact after an injection on that clinic-local day, in order."""
    return tuple(_plan(m, injected_on, is_holiday) for m in milestones)


def _plan(milestone: Milestone, injected_on: date, is_holiday: IsHoliday) -> Planned:
    nominal = add_months(injected_on, milestone.months) + timedelta(milestone.days)
    opens, closes = _window(milestone, injected_on, nominal)
    target = nominal
    if milestone.mode == VISIT:
        target = _roll(nominal, opens, closes, is_holiday)
    return Planned(milestone.code, milestone.mode, target, opens, closes)


def _window(milestone: Milestone, start: date, nominal: date) -> tuple[date, date]:
    if milestone.window_days:
        first, last = milestone.window_days
        return start + timedelta(first), start + timedelta(last)
    around = timedelta(milestone.window_around_days)
    return nominal - around, nominal + around


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the last one of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return date(year, month, min(day.day, last))


def _roll(day: date, opens: date, closes: date, is_holiday: IsHoliday) -> date:
    """The next business day of the window, else its last one, else `day`."""
    for later in _days(day, closes):
        if _is_business(later, is_holiday):
            return later
    for earlier in reversed(_days(opens, day)):
        if _is_business(earlier, is_holiday):
            return earlier
    return day


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _is_business(day: date, is_holiday: IsHoliday) -> bool:
    return day.weekday() < 5 and not is_holiday(day)
