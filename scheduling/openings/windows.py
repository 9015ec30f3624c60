"""Limits on the windows of local dates, and the times of day in them, to search."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from core.problems import FieldError, Invalid
from scheduling.timegrid.reach import OUT_OF_REACH, YEARS_AHEAD, furthest_day, in_reach

LONGEST_WINDOW_DAYS = 370
# The tightest are known only once every opening of the window is ranked.
LONGEST_RANKED_DAYS = 92
_BACKWARDS = "The last date is before the first. Swap them, or name a later last date."
_NEVER = "The latest arrival is before the earliest. Swap them, or leave one out."
_TOO_FAR = (
    f"Visits are booked at most {YEARS_AHEAD} years ahead; name an earlier last date."
)


def check_window(from_on: date, to_on: date) -> None:
    for pointer, day in (("/from", from_on), ("/to", to_on)):
        if not in_reach(day):
            raise Invalid([FieldError(pointer, OUT_OF_REACH)])
    if to_on < from_on:
        raise Invalid([FieldError("/to", _BACKWARDS)])
    if (to_on - from_on).days >= LONGEST_WINDOW_DAYS:
        detail = (
            f"Search {LONGEST_WINDOW_DAYS} days at most; name an earlier last date."
        )
        raise Invalid([FieldError("/to", detail)])


def check_ranked_window(from_on: date, to_on: date) -> None:
    if (to_on - from_on).days >= LONGEST_RANKED_DAYS:
        detail = (
            f"Search {LONGEST_RANKED_DAYS} days at most for the tightest; name an "
            "earlier last date."
        )
        raise Invalid([FieldError("/to", detail)])


def check_ahead(to_on: date, now: datetime, zone: ZoneInfo) -> None:
    if to_on > furthest_day(now, zone):
        raise Invalid([FieldError("/to", _TOO_FAR)])


def check_times(earliest: time | None, latest: time | None) -> None:
    if earliest and latest and latest < earliest:
        raise Invalid([FieldError("/latest", _NEVER)])
