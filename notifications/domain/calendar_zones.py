"""The rules of a time zone as a calendar file states them (RFC 5545, 3.6.5).

The library has a writer of its own, which states each change in spring an hour late:
findings/spring-begins-an-hour-late-in-vtimezone.sh.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@lru_cache(maxsize=64)
def zone_rules(name: str, year: int) -> Timezone:
    """Return the VTIMEZONE of that zone for the year, the one before and after."""
    zone = ZoneInfo(name)
    first = datetime(year - 1, 1, 1, tzinfo=UTC)
    rules = Timezone()
    rules.add("tzid", name)
    rules.add_component(_observance(zone, first, first))
    for change in _changes(zone, first, datetime(year + 2, 1, 1, tzinfo=UTC)):
        rules.add_component(_observance(zone, change - SECOND, change))
    return rules


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Each instant from which on the zone's clock shows another offset."""
    day = first
    while day < last:
        if _offset(zone, day) != _offset(zone, day + DAY):
            yield _bisect(zone, day, day + DAY)
        day += DAY


def _bisect(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > SECOND:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset(zone, middle) == _offset(zone, before):
            before = middle
        else:
            after = middle
    return after


def _observance(
    zone: ZoneInfo, before: datetime, change: datetime
) -> TimezoneStandard | TimezoneDaylight:
    """One change; its start is said by the clock that it ends."""
    local = change.astimezone(zone)
    part = TimezoneDaylight() if local.dst() else TimezoneStandard()
    old = _offset(zone, before)
    part.add("dtstart", (change + old).replace(tzinfo=None))
    part.add("tzoffsetfrom", old)
    part.add("tzoffsetto", _offset(zone, change))
    part.add("tzname", local.tzname())
    return part


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
