"""Words of an explanation for kinds, counts and times."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scheduling.resources import kinds
from scheduling.visit_types.plan import Group

_CAPABILITIES = {"c_arm": "C-arm", "iv": "IV"}


@dataclass(frozen=True, slots=True)
class Says:
    """The reader's way of writing clock times and days: "14:05", "Tue 1 Dec"."""

    zone: ZoneInfo
    clock: Callable[[datetime], str]
    day: Callable[[date], str]

    def moment(self, at: datetime, on: date | None = None) -> str:
        """The time; with its day where that is not `on`."""
        local_on = at.astimezone(self.zone).date()
        return (
            self.clock(at)
            if local_on == on
            else f"{self.day(local_on)}, {self.clock(at)}"
        )

    def stretches(self, spans: Iterable[tuple[datetime, datetime]]) -> str:
        """ "08:00–12:00 and 13:00–17:00"."""
        return listed([f"{self.clock(a)}–{self.clock(b)}" for a, b in spans])


def plain(zone: ZoneInfo) -> Says:
    """24-hour clocks, as REST answers read."""
    return Says(
        zone,
        clock=lambda at: f"{at.astimezone(zone):%H:%M}",
        day=lambda on: f"{on:%a} {on.day} {on:%b}",
    )


def word(code: str) -> str:
    """Return a kind or capability in words: "recovery_bay" is a recovery bay."""
    return _CAPABILITIES.get(code) or kinds.label(code)


def needed(group: Group) -> str:
    """Name the resource that would do: "C-arm clinician", "ultrasound or C-arm"."""
    kind = listed(sorted(map(word, group.kinds)), "or") or "resource"
    return " ".join([*sorted(map(word, group.capabilities)), kind])


def several(noun: str) -> str:
    return noun if noun.endswith("s") else f"{noun}s"


def all_of(count: int, noun: str) -> str:
    """ "both C-arm clinicians", "all 3 recovery bays"."""
    return f"{'both' if count == 2 else f'all {count}'} {several(noun)}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, end = list(words) or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def opened(sentence: str) -> str:
    """Return the sentence with a capital first letter, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]
