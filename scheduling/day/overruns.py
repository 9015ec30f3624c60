"""Visits that would run late into kept time: an absence, or a hold that stands.

Only told, as the projection is: kept time moves nobody, and nobody takes it away. What
a plan overlaps already is no news of the day: that is a conflict, with a decision of
its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.day.projection import (
    NOTICEABLE,
    Expected,
    PlannedClaim,
    PlannedVisit,
    Projection,
    State,
)

ABSENCE, HOLD = "absence", "hold"
_LEFT = frozenset({State.TO_COME, State.UNDER_WAY})


@dataclass(frozen=True, slots=True)
class Kept:
    """[start, end) of a resource that visits cannot have; `code` says what keeps it."""

    code: str
    resource_id: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class RunsInto:
    """A visit's claim that is expected to need kept time in [start, end).

    `phase` is what the visit needs the resource for then.
    """

    visit_id: UUID
    phase: str
    kept: Kept
    start: datetime
    end: datetime


def runs_into(
    visits: Iterable[PlannedVisit], projection: Projection, kept: Iterable[Kept]
) -> tuple[RunsInto, ...]:
    """Return who runs into kept time, by time; buffers count as in the plan."""
    of_resource: dict[int, list[Kept]] = defaultdict(list)
    for one in kept:
        of_resource[one.resource_id].append(one)
    expected = {
        visit.id: {phase.planned.position: phase for phase in visit.phases}
        for visit in projection.visits
    }
    found = [
        clash
        for visit in visits
        for claim in visit.claims
        for clash in _clashes(
            visit.id, claim, expected[visit.id], of_resource[claim.resource_id]
        )
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.visit_id)))


def _clashes(
    visit_id: UUID,
    claim: PlannedClaim,
    phases: Mapping[int, Expected],
    kept: Iterable[Kept],
) -> Iterator[RunsInto]:
    first, last = phases[claim.first], phases[claim.last]
    if last.state not in _LEFT:
        return
    start = first.start - (first.planned.start - claim.start)
    end = last.end + (claim.end - last.planned.end)
    for one in kept:
        planned = _shared(claim.start, claim.end, one)
        if _shared(start, end, one) - planned >= NOTICEABLE:
            begin, until = max(start, one.start), min(end, one.end)
            within = first if begin < first.end else last
            yield RunsInto(visit_id, within.planned.name, one, begin, until)


def _shared(start: datetime, end: datetime, kept: Kept) -> timedelta:
    return max(timedelta(0), min(end, kept.end) - max(start, kept.start))
