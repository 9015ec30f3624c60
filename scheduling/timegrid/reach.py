"""Limits of the dates and times that are taken, and of how far ahead visits are booked.

Beyond the first, arithmetic with time zones has no answer; nobody means such a date.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 1900, 2200
OUT_OF_REACH = f"Choose a date between {FIRST_YEAR} and {LAST_YEAR}."
YEARS_AHEAD = 5
_AHEAD = timedelta(days=365 * YEARS_AHEAD)


def in_reach(on: date) -> bool:
    """Return whether this date, or the date of this time, is taken."""
    return FIRST_YEAR <= on.year <= LAST_YEAR


def furthest_day(now: datetime, zone: ZoneInfo) -> date:
    """The last local day on which a visit can start."""
    return now.astimezone(zone).date() + _AHEAD
