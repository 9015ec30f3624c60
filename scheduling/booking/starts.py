"""Starts somebody asked for as instants that can be booked, or why not."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from scheduling.booking.errors import InvalidStart
from scheduling.booking.instants import instant_of
from scheduling.timegrid.grid import CELL_MINUTES, align_down, align_up, is_on_grid
from scheduling.timegrid.local_time import local
from scheduling.timegrid.reach import YEARS_AHEAD, furthest_day
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind

_TOO_FAR = (
    f"Visits are booked at most {YEARS_AHEAD} years ahead; choose an earlier start."
)


def check_start(start: datetime, kind: VisitKind, now: datetime) -> datetime:
    """The start in UTC. A naive `start` is the clinic's wall clock.

    Raises InvalidStart, in words, for a time that does not exist or comes twice, one
    off the five-minute grid, in the past, years ahead, or sooner than the type's
    minimum lead.
    """
    instant = instant_of(start, kind.zone, InvalidStart)
    if not is_on_grid(instant):
        choices = [align_down(instant), align_up(instant)]
        _refuse(f"Visits start every {CELL_MINUTES} minutes.", kind.zone, *choices)
    if instant < now:
        _refuse("This start is in the past; choose a later one.", kind.zone)
    if instant.astimezone(kind.zone).date() > furthest_day(now, kind.zone):
        _refuse(_TOO_FAR, kind.zone)
    soonest = now + kind.minimum_lead
    if instant < soonest:
        text = "This visit needs more notice; choose a start from here on."
        _refuse(text, kind.zone, align_up(soonest))
    return instant


def _refuse(text: str, zone: ZoneInfo, *choices: datetime) -> None:
    raise InvalidStart(text, [choice.astimezone(zone) for choice in choices])


def agreed(start: datetime, plan: Plan, zone: ZoneInfo) -> dict[str, Any]:
    """The stored time of a visit: local start, zone, fold, and `during`."""
    wall = local(start, zone)
    return {
        "local_on": wall.date(),
        "local_time": wall.time().replace(fold=0),
        "time_zone": zone.key,
        "fold": wall.fold,
        "during": DateTimeTZRange(
            start, start + timedelta(minutes=plan.length_minutes)
        ),
    }
