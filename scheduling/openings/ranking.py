"""Reasons for the rank of an opening, in sentences."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduling.openings.candidates import Gap, Opening, ResourceRef, Waste
from scheduling.resources.kinds import CLINICIAN

Clock = Callable[[datetime], str]

_MOST_GAPS = 3


def why(opening: Opening, zone: ZoneInfo, clock: Clock | None = None) -> list[str]:
    """Return the sentences that speak for and against this opening.

    First who was preferred, then the gaps that booking it leaves too short for any
    visit, in order of time. Clock times are those of `zone`, as `clock` writes them,
    else with 24 hours.
    """
    clock = clock or (lambda at: f"{at.astimezone(zone):%H:%M}")
    return [*_of_preferences(opening.waste), *_of_gaps(opening.waste.gaps, clock)]


def _of_preferences(waste: Waste) -> Iterator[str]:
    people = [one for one in waste.preferred if one.kind == CLINICIAN]
    rest = [one for one in waste.preferred if one.kind != CLINICIAN]
    if people:
        yield f"With the clinician you prefer, {_names(people)}."
    if rest:
        yield f"With {_names(rest)}, as you prefer."
    if waste.others and not waste.preferred:
        yield "None of those you prefer is free then."


def _of_gaps(gaps: Iterable[Gap], clock: Clock) -> Iterator[str]:
    stranded = sorted(gaps, key=lambda gap: (gap.start, gap.resource.id))
    if not stranded:
        yield "No gap is left too short to book."
    for gap in stranded[:_MOST_GAPS]:
        until = clock(gap.end)
        yield (
            f"Leaves {gap.minutes} minutes idle with {gap.resource.name} "
            f"before {until}, too short to book."
        )
    more = len(stranded) - _MOST_GAPS
    if more > 0:
        yield f"Leaves {more} more {'gap' if more == 1 else 'gaps'} too short to book."


def _names(refs: Iterable[ResourceRef]) -> str:
    *others, last = [ref.name for ref in refs]
    return f"{', '.join(others)} and {last}" if others else last
