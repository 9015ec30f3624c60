"""Reasons why there is nothing sooner, and what would help, in the finder."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse

from pages.kit import words
from pages.staff.find.form import answers
from scheduling import selectors
from scheduling.explain.obstacles import Cause
from scheduling.explain.relaxations import Relaxation, is_sooner, relaxation_text
from scheduling.explain.sentences import Rejection, parts, reason
from scheduling.explain.vocabulary import Says, listed

_THINGS = {Cause.ABSENCE, Cause.BOOKING, Cause.HOLD, Cause.PATIENT}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day without an opening; `otherwise` is when there would be one.

    Without a `day`: all those that were not asked for.
    """

    day: date | None
    reason: str
    need: str
    otherwise: datetime | None


@dataclass(frozen=True, slots=True)
class FinderLink:
    text: str
    address: str


def says(zone: ZoneInfo, today: date) -> Says:
    """As staff pages read: 12-hour clocks, the year only where it is another."""

    def day(on: date) -> str:
        return words.short_day(on, today)

    return Says(zone, clock=lambda at: words.clock_time(at, zone), day=day)


def in_the_way(why: Rejection | None, zone: ZoneInfo, now: datetime) -> list[str]:
    """Sentences on what keeps a visit from one start."""
    return parts(why, says(zone, now.astimezone(zone).date())) if why else []


def skipped(explained: selectors.Explained, voice: Says) -> list[Skipped]:
    rows = [
        Skipped(one.day, reason(one, voice), one.need, _otherwise(one))
        for one in explained.rejected
        if not _unasked(one)
    ]
    return rows + _folded([one for one in explained.rejected if _unasked(one)])


def _unasked(rejected: Rejection) -> bool:
    """True if nobody asked for its weekday, whatever else is against it."""
    finding = rejected.finding
    return finding is not None and Cause.WEEKDAY in {
        one.cause for one in finding.blocks
    }


def _folded(unasked: list[Rejection]) -> list[Skipped]:
    """One line for all of them: "Mondays and Tuesdays were not asked for."."""
    days = sorted({one.day.weekday(): one.day for one in unasked}.items())
    if not days:
        return []
    text = f"{listed(f'{day:%A}s' for _, day in days)} were not asked for."
    return [Skipped(None, text, "Weekday", None)]


def _otherwise(rejected: Rejection) -> datetime | None:
    """The start where things are in the way; hours and wishes speak for themselves."""
    finding = rejected.finding
    if finding is None or not {block.cause for block in finding.blocks} <= _THINGS:
        return None
    return finding.scene.grid.instant(finding.cell)


def ways(
    explained: selectors.Explained, query: QueryDict, voice: Says
) -> list[tuple[str, list[FinderLink]]]:
    """Links under headings: to the same search with answers changed, or to a board."""
    groups: dict[str, list[FinderLink]] = {}
    for way in selectors.relaxations(explained):
        link = FinderLink(
            relaxation_text(way, voice), _address(way, explained.zone, query)
        )
        groups.setdefault(_heading(way, explained), []).append(link)
    return list(groups.items())


def _heading(way: Relaxation, explained: selectors.Explained) -> str:
    if not explained.openings:
        return "What would help"
    return "Sooner" if is_sooner(way, explained) else "More to choose from"


def _address(way: Relaxation, zone: ZoneInfo, query: QueryDict) -> str:
    if way.rejected:
        day = way.first.start.astimezone(zone).date()
        return reverse("staff:board_on", args=[day])
    return changed(query, **answers(way.change))


def changed(query: QueryDict, **changes: object) -> str:
    """The same question with some answers changed."""
    again = query.copy()
    for name, value in changes.items():
        again.pop(name, None)
        if value != "":
            again[name] = str(value)
    return f"?{again.urlencode()}"
