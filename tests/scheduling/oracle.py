"""The naive truth the engine is held to: intervals and wall clocks, no bit sets.

Every start is tried, every resource is looked at, cell by cell in instants. Slow on
purpose, and it shares no code with the engine.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations, product
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Stretch:
    """Open [start, end) minutes of the local day on one weekday, while valid."""

    weekday: int
    start: int
    end: int
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Exceptional:
    on: date
    closed: bool
    start: int
    end: int


@dataclass(frozen=True)
class Rulebook:
    stretches: tuple[Stretch, ...] = ()
    exceptions: tuple[Exceptional, ...] = ()
    always: bool = False
    known: dict[datetime, bool] = field(default_factory=dict, compare=False)

    def is_open(self, at: datetime, zone: ZoneInfo) -> bool:
        """Is the five-minute cell that begins at this instant wholly open?"""
        if at not in self.known:
            self.known[at] = self._is_open(at.astimezone(zone))
        return self.known[at]

    def _is_open(self, wall: datetime) -> bool:
        day, start = wall.date(), wall.hour * 60 + wall.minute
        end = start + 5
        today = [e for e in self.exceptions if e.on == day]
        if any(e.closed and e.start < end and start < e.end for e in today):
            return False
        if any(not e.closed and e.start <= start and end <= e.end for e in today):
            return True
        return self.always or any(
            s.weekday == day.weekday()
            and s.start <= start
            and end <= s.end
            and (s.valid_from is None or s.valid_from <= day)
            and (s.valid_to is None or day <= s.valid_to)
            for s in self.stretches
        )


@dataclass(frozen=True)
class Thing:
    """A resource with its own rules and the instants it is taken."""

    id: int
    kind: str
    skills: frozenset[str]
    rules: Rulebook
    busy: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Want:
    """Minutes from arrival; wants with the same group are served by the same things."""

    start: int
    end: int
    kinds: frozenset[str]
    skills: frozenset[str]
    count: int
    group: int
    before: int
    after: int


def starts(
    wants: list[Want],
    things: list[Thing],
    clinic: Rulebook,
    zone: ZoneInfo,
    first: datetime,
    last: datetime,
) -> list[datetime]:
    """All starts in [first, last), every five minutes, at which the visit fits."""
    found = []
    start = first
    while start < last:
        if fits(wants, things, clinic, zone, start):
            found.append(start)
        start += STEP
    return found


def fits(
    wants: list[Want],
    things: list[Thing],
    clinic: Rulebook,
    zone: ZoneInfo,
    start: datetime,
) -> bool:
    groups: dict[int, list[Want]] = {}
    for want in wants:
        groups.setdefault(want.group, []).append(want)
    free = {
        key: [
            thing
            for thing in things
            if all(_serves(thing, want, clinic, zone, start) for want in members)
        ]
        for key, members in groups.items()
    }
    if any(len(free[key]) < members[0].count for key, members in groups.items()):
        return False
    return any(
        _is_possible(choice, groups)
        for choice in product(
            *(permutations(free[key], m[0].count) for key, m in groups.items())
        )
    )


def _is_possible(
    choice: tuple[tuple[Thing, ...], ...], groups: dict[int, list[Want]]
) -> bool:
    taken: list[tuple[int, int, int, int]] = []
    for key, things in zip(groups, choice, strict=True):
        for thing in things:
            for want in groups[key]:
                start, end = _widen(want.start - want.before, want.end + want.after)
                for other, other_key, a, b in taken:
                    if other == thing.id and other_key != key and a < end and start < b:
                        return False
                taken.append((thing.id, key, start, end))
    return True


def _serves(
    thing: Thing, want: Want, clinic: Rulebook, zone: ZoneInfo, start: datetime
) -> bool:
    if thing.kind not in want.kinds or not want.skills <= thing.skills:
        return False
    a, b = _widen(want.start - want.before, want.end + want.after)
    taken_from, taken_to = start + timedelta(minutes=a), start + timedelta(minutes=b)
    if any(_meets(taken_from, taken_to, busy) for busy in thing.busy):
        return False
    a, b = _widen(want.start, want.end)
    at, end = start + timedelta(minutes=a), start + timedelta(minutes=b)
    while at < end:
        if not (clinic.is_open(at, zone) and thing.rules.is_open(at, zone)):
            return False
        at += STEP
    return True


def _meets(start: datetime, end: datetime, busy: tuple[datetime, datetime]) -> bool:
    """Off-grid busy time counts from and to the marks around it."""
    return _mark_before(busy[0]) < end and start < _mark_after(busy[1])


def _mark_before(instant: datetime) -> datetime:
    past = (instant.hour * 60 + instant.minute) % 5 * 60 + instant.second
    return instant - timedelta(seconds=past)


def _mark_after(instant: datetime) -> datetime:
    before = _mark_before(instant)
    return before if before == instant else before + STEP


def _widen(start: int, end: int) -> tuple[int, int]:
    """Minutes from arrival, out to multiples of five."""
    return start - start % 5, end + -end % 5


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
