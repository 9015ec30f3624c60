"""The changes that patients may make to their visits without calling the clinic."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from scheduling.booking.short_notice import is_near

MOST_OFFERED = 6
LATE_STEPS = (10, 15, 30)
# From here before the visit until here after its time a patient may be on the way.
ON_THE_WAY = timedelta(hours=3)
STILL_EXPECTED = timedelta(hours=1)
# A quarter of an hour later is no other time.
ANOTHER = timedelta(hours=1)
NOON = 12


class Way(Enum):
    """MOVE: at once. REQUEST: a coordinator decides. CALL: only by telephone."""

    MOVE = "move"
    REQUEST = "request"
    CALL = "call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """`needs_decision`: its date follows from a clinical decision and a preparation."""

    start: datetime
    needs_decision: bool
    in_person: bool


def way_to_move(visit: Visit, start: datetime, now: datetime) -> Way:
    """Return what a patient's choice of `start` does to their visit.

    A visit with preparations keeps its date until somebody has talked with them; so
    does one less than 48 hours away, from now or by the new time.
    """
    if start <= now or visit.start <= now:
        return Way.CALL
    if visit.needs_decision or is_near(now, visit.start, start):
        return Way.REQUEST
    return Way.MOVE


def may_cancel(visit: Visit, now: datetime) -> bool:
    """Return True if a patient's press frees the time at once.

    The time of a visit with preparations is held until somebody has talked with
    them: much else hangs on it, and it is seldom meant for good.
    """
    return not visit.needs_decision and now < visit.start


def may_tell_late(start: datetime, now: datetime) -> bool:
    """Return True while a patient may be on the way to a visit at `start`."""
    return start - ON_THE_WAY <= now < start + STILL_EXPECTED


def a_choice(
    starts: Iterable[datetime], zone: ZoneInfo, *, but: datetime
) -> list[datetime]:
    """Return up to six of these starts, in order: a morning and an afternoon a day.

    Seven days of choice say more than seven quarters of an hour of one morning.
    """
    found: list[datetime] = []
    halves: set[tuple[date, bool]] = set()
    for start in sorted(starts):
        local = start.astimezone(zone)
        half = (local.date(), local.hour < NOON)
        if half in halves or abs(start - but) < ANOTHER:
            continue
        halves.add(half)
        found.append(start)
        if len(found) == MOST_OFFERED:
            break
    return found
