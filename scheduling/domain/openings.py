"""Openings: a start with its phases, the resources of each, and what to reserve."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.domain.assignment import Assignment, assign
from scheduling.domain.bits import positions
from scheduling.domain.grid import CELL, CELL_MINUTES, Grid
from scheduling.domain.plan import Plan
from scheduling.domain.search import Calendar, candidates, possible_starts
from scheduling.domain.waste import gaps_beside, is_stranded, merged


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
        return sum((gap.end - gap.start) // CELL * CELL_MINUTES for gap in self.gaps)

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
    calendars = list(calendars)
    by_id = {calendar.resource_id: calendar for calendar in calendars}
    found = candidates(plan, calendars)
    for cell in positions(possible_starts(plan, found, allowed)):
        assignment = assign(plan, found, cell, prefer)
        if assignment is not None:
            waste = _waste(plan, assignment, cell, by_id, grid, names, prefer)
            yield opening(plan, assignment, grid.instant(cell), names, waste)


def opening(
    plan: Plan,
    assignment: Assignment,
    start: datetime,
    names: Mapping[int, ResourceRef],
    waste: Waste,
) -> Opening:
    return Opening(
        start=start,
        end=start + timedelta(minutes=plan.length_minutes),
        phases=tuple(_phases(plan, assignment, start, names)),
        claims=claims(plan, assignment, start),
        waste=waste,
    )


def _waste(
    plan: Plan,
    assignment: Assignment,
    cell: int,
    calendars: Mapping[int, Calendar],
    grid: Grid,
    names: Mapping[int, ResourceRef],
    prefer: Collection[int],
) -> Waste:
    taken: dict[int, list[tuple[int, int]]] = {}
    for group in plan.groups:
        for pk in assignment[group.id]:
            taken.setdefault(pk, []).extend(group.occupied)
    gaps = (
        Gap(
            names[pk],
            grid.instant(gap[0]),
            grid.instant(gap[1]),
            is_stranded(gap, calendars[pk].shortest_cells),
        )
        for pk, spans in sorted(taken.items())
        for gap in gaps_beside(calendars[pk].free, cell, merged(spans))
    )
    if not prefer:
        return Waste(tuple(gaps))
    served = [pk for group in plan.groups for pk in assignment[group.id]]
    return Waste(
        tuple(gaps),
        tuple(names[pk] for pk in dict.fromkeys(served) if pk in prefer),
        sum(pk not in prefer for pk in served),
    )


def _phases(
    plan: Plan,
    assignment: Assignment,
    start: datetime,
    names: Mapping[int, ResourceRef],
) -> Iterator[OpeningPhase]:
    for phase in plan.phases:
        resources = (
            names[resource_id]
            for need in plan.needs
            if need.phase == phase
            for resource_id in assignment[need.group]
        )
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
