"""Wall clocks: what people agree on, and which instant it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduling.timegrid.grid import CELL

SKIPPED = "The clocks skip this time that day; choose one of its neighbours."
TWICE = "This time comes twice that day; say which, with its UTC offset."


@dataclass(frozen=True, slots=True)
class InGap:
    """A wall clock time that does not exist, with its two neighbours that do."""

    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Doubled:
    """A wall clock time that comes twice: both instants."""

    first: datetime
    second: datetime


def resolve(wall: datetime, zone: ZoneInfo) -> datetime | InGap | Doubled:
    """The instant (UTC) of a naive local time, or why there is not exactly one.

    `fold=1` on `wall` picks the second of a doubled time.
    """
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return first
    if _wall(first, zone) != wall.replace(fold=0):
        return _neighbours(second, first, zone)
    return second if wall.fold else Doubled(first, second)


def local(instant: datetime, zone: ZoneInfo) -> datetime:
    """The wall clock at `instant`: naive, with `fold`."""
    return instant.astimezone(zone).replace(tzinfo=None)


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return local(instant, zone).replace(fold=0)


def _neighbours(earlier: datetime, later: datetime, zone: ZoneInfo) -> InGap:
    """The last grid time before the gap and the first after it."""
    before = earlier.replace(second=0, microsecond=0)
    before -= timedelta(minutes=before.minute % 5)
    offset = before.astimezone(zone).utcoffset()
    after = before + CELL
    while after.astimezone(zone).utcoffset() == offset and after <= later:
        before, after = after, after + CELL
    return InGap(before, after)
