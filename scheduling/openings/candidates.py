"""Openings: a start with its phases, the resources of each, and what to reserve."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest

from scheduling.openings.assignment import Assignment, cheapest
from scheduling.openings.engine import Calendar, candidates, possible_starts
from scheduling.timegrid.bitset import positions
from scheduling.timegrid.fragmentation import (
    Span,
    gaps_beside,
    idle_cells,
    is_stranded,
    merged,
    places_not_preferred,
    stranded_gaps,
)
from scheduling.timegrid.grid import CELL, CELL_MINUTES, Grid
from scheduling.visit_types.plan import Plan


@dataclass(frozen=True, slots=True)
class ResourceRef:
    id: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class OpeningPhase:
    """[start, end) of one phase, without buffers, and who or what serves it."""

    name: str
    start: datetime
    end: datetime
    resources: tuple[ResourceRef, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """[start, end) of one resource, buffers included; `need_id` is the first served."""

    resource_id: int
    start: datetime
    end: datetime
    need_id: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Free time [start, end) right beside what an opening takes, too short for any
    visit once it is booked."""

    resource: ResourceRef
    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // CELL * CELL_MINUTES


@dataclass(frozen=True, slots=True)
class Waste:
    """The measures that an opening is ranked by.

    `gaps` are those left too short to book, `idle_minutes` counts every gap, the
    useful ones too, as far as the engine looks. `others` counts places that go to
    resources not preferred, `preferred` are those that are; without preferences both
    are empty.
    """

    gaps: tuple[Gap, ...] = ()
    idle_minutes: int = 0
    preferred: tuple[ResourceRef, ...] = ()
    others: int = 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """The less the better."""
        return self.others, len(self.gaps), self.idle_minutes


@dataclass(frozen=True, slots=True)
class Opening:
    """[start, end) is the patient's time at the clinic, without buffers."""

    start: datetime
    end: datetime
    phases: tuple[OpeningPhase, ...]
    claims: tuple[Claim, ...]
    waste: Waste = Waste()


def search(
    plan: Plan,
    calendars: Iterable[Calendar],
    grid: Grid,
    allowed: int,
    names: Mapping[int, ResourceRef],
    prefer: Collection[int] = frozenset(),
) -> Iterator[Opening]:
    """Openings in order of time, starting in the cells `allowed`; each is exact.

    Each has the assignment that wastes least, with resources of `prefer` (ids) before
    all others.
    """
    by_id = {calendar.resource_id: calendar for calendar in calendars}
    engine = _Engine(plan, by_id, grid, names, prefer)
    return map(engine.opening, engine.ways(allowed))


def tightest(
    plan: Plan,
    calendars: Iterable[Calendar],
    grid: Grid,
    allowed: int,
    names: Mapping[int, ResourceRef],
    prefer: Collection[int] = frozenset(),
    *,
    limit: int,
) -> list[Opening]:
    """Return the `limit` openings of `search` that waste least, then the earliest."""
    by_id = {calendar.resource_id: calendar for calendar in calendars}
    engine = _Engine(plan, by_id, grid, names, prefer)
    best = nsmallest(limit, engine.ways(allowed), key=lambda way: (way.cost, way.cell))
    return [engine.opening(way) for way in best]


@dataclass(frozen=True, slots=True)
class _Way:
    """The least assignment at the start `cell`, and what it costs by cluster."""

    cell: int
    costs: tuple[int, ...]
    assignment: Assignment

    @property
    def cost(self) -> int:
        return sum(self.costs)


@dataclass(frozen=True, slots=True)
class _Engine:
    plan: Plan
    calendars: Mapping[int, Calendar]
    grid: Grid
    names: Mapping[int, ResourceRef]
    prefer: Collection[int]

    def ways(self, allowed: int) -> Iterator[_Way]:
        found = candidates(self.plan, self.calendars.values())
        for cell in positions(possible_starts(self.plan, found, allowed)):
            best = cheapest(self.plan, found, cell, self.prefer)
            if best is not None:
                yield _Way(cell, *best)

    def opening(self, way: _Way) -> Opening:
        start = self.grid.instant(way.cell)
        return Opening(
            start=start,
            end=start + timedelta(minutes=self.plan.length_minutes),
            phases=_phases(self.plan, way.assignment, start, self.names),
            claims=claims(self.plan, way.assignment, start),
            waste=self._waste(way),
        )

    def _waste(self, way: _Way) -> Waste:
        # The cost has counted what there is; mostly there is nothing to look for.
        cost = way.cost
        gaps = tuple(self._gaps(way)) if stranded_gaps(cost) else ()
        idle_minutes = idle_cells(cost) * CELL_MINUTES
        if not self.prefer:
            return Waste(gaps, idle_minutes)
        served = (pk for g in self.plan.groups for pk in way.assignment[g.id])
        preferred = dict.fromkeys(pk for pk in served if pk in self.prefer)
        return Waste(
            gaps,
            idle_minutes,
            tuple(self.names[pk] for pk in preferred),
            places_not_preferred(cost),
        )

    def _gaps(self, way: _Way) -> Iterator[Gap]:
        """The stranded ones, by resource and time."""
        for pk, spans in sorted(self._taken(way)):
            calendar = self.calendars[pk]
            for gap in gaps_beside(calendar.free, way.cell, spans):
                if is_stranded(gap, calendar.shortest_cells):
                    begin, end = self.grid.instant(gap[0]), self.grid.instant(gap[1])
                    yield Gap(self.names[pk], begin, end)

    def _taken(self, way: _Way) -> Iterable[tuple[int, tuple[Span, ...]]]:
        """The resources of clusters that strand anything, and when each is taken."""
        taken: dict[int, tuple[Span, ...]] = {}
        for cluster, cost in zip(self.plan.clusters, way.costs, strict=True):
            if stranded_gaps(cost):
                for group in cluster.groups:
                    for pk in way.assignment[group.id]:
                        spans = group.occupied
                        if pk in taken:
                            spans = merged((*taken[pk], *spans))
                        taken[pk] = spans
        return taken.items()


def _phases(
    plan: Plan,
    assignment: Assignment,
    start: datetime,
    names: Mapping[int, ResourceRef],
) -> tuple[OpeningPhase, ...]:
    # Needs of one phase overlap, so no resource serves two groups of it.
    return tuple(
        [
            OpeningPhase(
                name,
                start + begin,
                start + end,
                tuple([names[pk] for group in groups for pk in assignment[group]]),
            )
            for name, begin, end, groups in plan.served
        ]
    )


def claims(plan: Plan, assignment: Assignment, start: datetime) -> tuple[Claim, ...]:
    """Return the time to reserve, by (resource, start).

    Overlapping needs of one resource are one claim.
    """
    wanted = [
        (resource_id, start + begin, start + end, need_id)
        for need_id, begin, end, group in plan.occupied
        for resource_id in assignment[group]
    ]
    found: list[tuple[int, datetime, datetime, int]] = []
    for resource_id, begin, end, need_id in sorted(wanted):
        if found and found[-1][0] == resource_id and begin < found[-1][2]:
            _, earlier, until, first_id = found.pop()
            found.append((resource_id, earlier, max(until, end), first_id))
        else:
            found.append((resource_id, begin, end, need_id))
    return tuple([Claim(*one) for one in found])
