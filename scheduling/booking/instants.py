"""Instants meant by a local time, or those to choose from instead."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from scheduling.booking.errors import InvalidMoment
from scheduling.timegrid.local_time import SKIPPED, TWICE, Doubled, InGap, resolve
from scheduling.timegrid.reach import OUT_OF_REACH, in_reach

Refuse = Callable[[str, list[datetime]], Exception]


def instant_of(moment: datetime, zone: ZoneInfo, refuse: Refuse) -> datetime:
    """The moment in UTC. A naive one is the clinic's wall clock.

    Raises what `refuse` makes of words and choices for a time out of reach, one that
    does not exist, and one that comes twice.
    """
    if not in_reach(moment):
        raise refuse(OUT_OF_REACH, [])
    # On UTC's clock, on which 24 hours are 24 hours whatever the wall clocks do.
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    match resolve(moment, zone):
        case InGap(before, after):
            raise refuse(SKIPPED, [before.astimezone(zone), after.astimezone(zone)])
        case Doubled(first, second):
            raise refuse(TWICE, [first.astimezone(zone), second.astimezone(zone)])
        case datetime() as instant:
            return instant
    raise AssertionError("unreachable")


def instant_in(field: str, moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what `instant_of` does, for a field of a request. Raises InvalidMoment."""
    return instant_of(moment, zone, partial(InvalidMoment, field))
