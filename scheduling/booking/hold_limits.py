"""Limits on how long an opening may be kept aside, and on how many at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_PER_PATIENT = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Longest time a hold may stand.

    `at_once` counts from now, at making and at every extension; `in_all` from the
    making.
    """

    at_once: timedelta
    in_all: timedelta


BY_STAFF = Limits(timedelta(hours=48), timedelta(days=7))
ON_THE_WEB = Limits(timedelta(minutes=10), timedelta(minutes=30))


def limits(actor_kind: str) -> Limits:
    """Return the limits of a member of staff, or of everybody else."""
    return BY_STAFF if actor_kind == "staff" else ON_THE_WEB


def ends_at(start: datetime, *ends: datetime) -> datetime:
    """The earliest of `ends`, and at the latest when the visit would start."""
    return min(start, *ends)


def in_words(length: timedelta) -> str:
    """Return the length in words, such as "48 hours", "7 days" or "10 minutes"."""
    minutes = length // timedelta(minutes=1)
    if minutes % 60:
        return f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours // 24} days" if hours > 48 and hours % 24 == 0 else f"{hours} hours"
