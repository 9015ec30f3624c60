"""Openings: a start with its phases, the resources of each, and what to reserve."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nsmallest

from scheduling.domain.assignment import Assignment, cheapest
from scheduling.domain.bits import positions
from scheduling.domain.grid import CELL, CELL_MINUTES, Grid
from scheduling.domain.plan import Plan
from scheduling.domain.search import Calendar, candidates, possible_starts
from scheduling.domain.waste import Span, gaps_beside, is_stranded, merged


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
    """Free time [start, end) that booking leaves right beside what it takes;
    `stranded` if it is too short for any visit."""

    resource: ResourceRef
    start: datetime
    end: datetime
    stranded: bool

    @property
    def minutes(self) -> int:
        return (self.end - self.start) // CELL * CELL_MINUTES


@dataclass(frozen=True, slots=True)
class Waste:
    """What an opening is ranked by. `others` counts places that go to resources not
    preferred, `preferred` are those that are; without preferences both are empty."""

    gaps: tuple[Gap, ...] = ()
    preferred: tuple[ResourceRef, ...] = ()
    others: int = 0

    @property
    def stranded(self) -> int:
        return sum(gap.stranded for gap in self.gaps)

    @property
    def idle_minutes(self) -> int:
        return sum(gap.minutes for gap in self.gaps)

    @property
    def rank(self) -> tuple[int, int, int]:
        """The less the better."""
        return self.others, self.stranded, self.idle_minutes


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
    return (engine.opening(way.cell, way.assignment) for way in engine.ways(allowed))


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
    """Of all that `search` finds the `limit` that waste least, then the earliest."""
    by_id = {calendar.resource_id: calendar for calendar in calendars}
    engine = _Engine(plan, by_id, grid, names, prefer)
    best = nsmallest(limit, engine.ways(allowed), key=lambda way: (way.cost, way.cell))
    return [engine.opening(way.cell, way.assignment) for way in best]


@dataclass(frozen=True, slots=True)
class _Way:
    """The least assignment at the start `cell`, and what it costs."""

    cell: int
    cost: int
    assignment: Assignment


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

    def opening(self, cell: int, assignment: Assignment) -> Opening:
        start = self.grid.instant(cell)
        return Opening(
            start=start,
            end=start + timedelta(minutes=self.plan.length_minutes),
            phases=tuple(_phases(self.plan, assignment, start, self.names)),
            claims=claims(self.plan, assignment, start),
            waste=self._waste(cell, assignment),
        )

    def _waste(self, cell: int, assignment: Assignment) -> Waste:
        gaps = tuple(self._gaps(cell, assignment))
        if not self.prefer:
            return Waste(gaps)
        served = [pk for group in self.plan.groups for pk in assignment[group.id]]
        preferred = dict.fromkeys(pk for pk in served if pk in self.prefer)
        others = sum(pk not in self.prefer for pk in served)
        return Waste(gaps, tuple(self.names[pk] for pk in preferred), others)

    def _gaps(self, cell: int, assignment: Assignment) -> Iterator[Gap]:
        taken: dict[int, tuple[Span, ...]] = {}
        for group in self.plan.groups:
            for pk in assignment[group.id]:
                taken[pk] = (*taken.get(pk, ()), *group.occupied)
        for pk, spans in sorted(taken.items()):
            calendar = self.calendars[pk]
            for gap in gaps_beside(calendar.free, cell, merged(spans)):
                yield Gap(
                    self.names[pk],
                    self.grid.instant(gap[0]),
                    self.grid.instant(gap[1]),
                    is_stranded(gap, calendar.shortest_cells),
                )


def _phases(
    plan: Plan,
    assignment: Assignment,
    start: datetime,
    names: Mapping[int, ResourceRef],
) -> Iterator[OpeningPhase]:
    for phase, groups in plan.served:
        resources = (names[pk] for group in groups for pk in assignment[group])
        yield OpeningPhase(
            name=phase.name,
            start=start + timedelta(minutes=phase.offset_minutes),
            end=start + timedelta(minutes=phase.end_minutes),
            resources=tuple(dict.fromkeys(resources)),
        )


def claims(plan: Plan, assignment: Assignment, start: datetime) -> tuple[Claim, ...]:
    """What to reserve, by (resource, start); overlapping needs of one are one claim."""
    wanted = sorted(
        (
            Claim(
                resource_id,
                start + timedelta(minutes=need.occupied_minutes[0]),
                start + timedelta(minutes=need.occupied_minutes[1]),
                need.id,
            )
            for need in plan.needs
            for resource_id in assignment[need.group]
        ),
        key=lambda claim: (claim.resource_id, claim.start, claim.end, claim.need_id),
    )
    return tuple(_merge(wanted))


def _merge(wanted: Iterable[Claim]) -> Iterator[Claim]:
    last: Claim | None = None
    for claim in wanted:
        if last and last.resource_id == claim.resource_id and claim.start < last.end:
            end = max(last.end, claim.end)
            last = Claim(last.resource_id, last.start, end, last.need_id)
            continue
        if last:
            yield last
        last = claim
    if last:
        yield last
