"""Fit between an opening and who waits: reasons against it, and the order of asking.

The fair order, in words: who was never offered anything comes first, the longest
waiting of them first; then those whose last offer lies furthest back. Where that is
the same, the longest waiting comes first, then the smaller id. An offer that the
clinic took back does not count.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_TWO_DAYS = timedelta(days=2)
_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wishes:
    """The openings that are welcome; what is left out does not matter.

    `weekdays` count from Monday = 0; arrival lies between the local times `earliest`
    and `latest`, both included; clinicians are resource ids.
    """

    weekdays: frozenset[int] = frozenset()
    earliest: time | None = None
    latest: time | None = None
    clinicians: frozenset[int] = frozenset()
    not_clinicians: frozenset[int] = frozenset()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Wishes":
        """As it is stored."""
        return cls(
            weekdays=frozenset(data.get("weekdays", ())),
            earliest=_time(data.get("earliest")),
            latest=_time(data.get("latest")),
            clinicians=frozenset(data.get("clinicians", ())),
            not_clinicians=frozenset(data.get("not_clinicians", ())),
        )

    def as_data(self) -> dict[str, Any]:
        """Only what is wished for."""
        data = {
            "weekdays": sorted(self.weekdays),
            "earliest": f"{self.earliest:%H:%M}" if self.earliest else "",
            "latest": f"{self.latest:%H:%M}" if self.latest else "",
            "clinicians": sorted(self.clinicians),
            "not_clinicians": sorted(self.not_clinicians),
        }
        return {name: value for name, value in data.items() if value}

    @property
    def names_clinicians(self) -> bool:
        return bool(self.clinicians or self.not_clinicians)


ANYTHING = Wishes()


def faults(wishes: Wishes) -> list[str]:
    """Return the faults of these wishes, in words; empty if somebody can have them."""
    found = []
    if not wishes.weekdays <= frozenset(range(7)):
        found.append("Weekdays are numbers from 0, Monday, to 6, Sunday.")
    if wishes.earliest and wishes.latest and wishes.latest < wishes.earliest:
        found.append("The latest arrival is before the earliest.")
    if wishes.clinicians & wishes.not_clinicians:
        found.append("A clinician cannot be wished for and excluded at once.")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An entry of the list. `own_start` is when its own visit is, if it has one."""

    id: str
    visit_type: str
    since: datetime
    valid_from_on: date
    valid_to_on: date
    minimum_notice: timedelta = timedelta(0)
    wishes: Wishes = ANYTHING
    own_start: datetime | None = None
    last_offered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An opening to give away; `clinicians` are the resource ids of who serves it."""

    visit_type: str
    start: datetime
    zone: ZoneInfo
    clinicians: frozenset[int] = frozenset()

    @property
    def local(self) -> datetime:
        return self.start.astimezone(self.zone)


@dataclass(frozen=True, slots=True)
class Unsuited:
    """A reason that an opening is not for somebody. `asks` completes "2 need …"."""

    code: str
    text: str
    asks: str


OTHER_KIND = Unsuited(
    "visit-type", "Waits for another kind of visit.", "another kind of visit"
)


def against(entry: Waiting, place: Place, now: datetime) -> tuple[Unsuited, ...]:
    """Everything that speaks against offering `place` to `entry`; empty if it suits.

    Where it is for another kind of visit, nothing else matters.
    """
    if entry.visit_type != place.visit_type:
        return (OTHER_KIND,)
    return (
        *_notice(entry, place, now),
        *_dates(entry, place),
        *_own_visit(entry, place),
        *_time_of_day(entry.wishes, place),
        *_clinician(entry.wishes, place),
    )


def fair_order(entries: Iterable[Waiting]) -> list[Waiting]:
    """The entries in the order in which they are asked; the rule is at the top."""
    return sorted(entries, key=_turn)


def _turn(entry: Waiting) -> tuple[bool, float, datetime, str]:
    last = entry.last_offered_at
    return last is not None, last.timestamp() if last else 0.0, entry.since, entry.id


def why_nobody(reasons: Iterable[Unsuited]) -> str:
    """Many reasons in one line, the most frequent first: "2 need 7 days’ notice".

    One reason for each person; empty if there is none.
    """
    counts: dict[str, int] = {}
    for reason in reasons:
        counts[reason.asks] = counts.get(reason.asks, 0) + 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{n} need{'s' if n == 1 else ''} {asks}" for asks, n in ranked)


def lasts(span: timedelta) -> str:
    """A time span in whole days from two days on, else in hours or minutes."""
    count, unit = _counted(span)
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _counted(span: timedelta) -> tuple[int, str]:
    if span >= _TWO_DAYS:
        return span // _ONE_DAY, "day"
    if span >= _ONE_HOUR:
        return span // _ONE_HOUR, "hour"
    return max(span // timedelta(minutes=1), 0), "minute"


def _notice(entry: Waiting, place: Place, now: datetime) -> Iterator[Unsuited]:
    left = place.start - now
    if left >= entry.minimum_notice:
        return
    needs = lasts(entry.minimum_notice)
    notice = f"{needs}’ notice" if needs.endswith("s") else f"{needs}’s notice"
    count, unit = _counted(left)
    same = unit == _counted(entry.minimum_notice)[1]
    yield Unsuited(
        "notice",
        f"Needs {notice}; this is in {count if same else lasts(left)}.",
        notice,
    )


def _dates(entry: Waiting, place: Place) -> Iterator[Unsuited]:
    day = place.local.date()
    if day < entry.valid_from_on:
        first = _day(entry.valid_from_on)
        yield Unsuited("too-early", f"Can come from {first} on.", "a later date")
    if day > entry.valid_to_on:
        last = _day(entry.valid_to_on)
        yield Unsuited("too-late", f"Waits until {last} only.", "an earlier date")


def _own_visit(entry: Waiting, place: Place) -> Iterator[Unsuited]:
    if entry.own_start is not None and entry.own_start <= place.start:
        own = _day(entry.own_start.astimezone(place.zone).date())
        yield Unsuited(
            "not-sooner",
            f"Has a visit on {own} already, which is not later than this.",
            "an earlier time than their own visit",
        )


def _time_of_day(wishes: Wishes, place: Place) -> Iterator[Unsuited]:
    local = place.local
    if wishes.weekdays and local.weekday() not in wishes.weekdays:
        days = ", ".join(WEEKDAYS[day] for day in sorted(wishes.weekdays))
        yield Unsuited("weekday", f"Can come on {days} only.", "another weekday")
    at = local.time().replace(fold=0)
    if wishes.earliest and at < wishes.earliest:
        text = f"Can arrive from {wishes.earliest:%H:%M} on."
        yield Unsuited("time", text, "a later time of day")
    if wishes.latest and at > wishes.latest:
        text = f"Can arrive until {wishes.latest:%H:%M}."
        yield Unsuited("time", text, "an earlier time of day")


def _clinician(wishes: Wishes, place: Place) -> Iterator[Unsuited]:
    if not place.clinicians:
        return
    if wishes.clinicians and not place.clinicians <= wishes.clinicians:
        text = "Asks for another clinician than this opening has."
        yield Unsuited("clinician", text, "another clinician")
    elif place.clinicians & wishes.not_clinicians:
        text = "Does not want the clinician of this opening."
        yield Unsuited("clinician", text, "another clinician")


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {day:%b}"


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
