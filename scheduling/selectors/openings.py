"""Finding openings: eight SQL statements at most, whatever the window and history."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from heapq import nsmallest
from itertools import islice
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from core.problems import FieldError, Invalid
from scheduling.domain.bits import erode, span
from scheduling.domain.grid import (
    CELL,
    CELL_MINUTES,
    DAY_CELLS,
    Grid,
    align_up,
    ceil_cells,
)
from scheduling.domain.openings import Opening, search
from scheduling.domain.plan import Plan
from scheduling.domain.schedule import lay_out
from scheduling.domain.variation import USUAL, Variation
from scheduling.domain.waste import LOOK_CELLS
from scheduling.selectors.calendars import (
    Rules,
    Taken,
    Unit,
    calendars,
    minute,
    rules,
    taken,
    units,
)
from scheduling.selectors.visit_types import VisitKind, visit_kind

LONGEST_WINDOW_DAYS = 370
# Week by week at first; wider later, so that an empty year costs four statements.
_CHUNK_DAYS = (7, 21, 63)
_CLINICIAN = "clinician"
_NO_CLINICIAN = "No active clinician of this clinic has this id for such a visit."
_ONE_DAY = timedelta(days=1)

Order = Literal["earliest", "tightest"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Which starts are welcome: local arrival between `earliest` and `latest`, both
    included, on `weekdays` (Monday = 0; empty = all), every `step_minutes` of the
    local day; and with whom: never with `not_clinicians`, rather with
    `prefer_clinicians` (ids of resources)."""

    earliest: time | None = None
    latest: time | None = None
    weekdays: frozenset[int] = frozenset()
    step_minutes: int = CELL_MINUTES
    prefer_clinicians: frozenset[int] = frozenset()
    not_clinicians: frozenset[int] = frozenset()

    def cells_of(self, day: date) -> int:
        """The welcome start cells of one local day, bit 0 = 00:00."""
        if self.weekdays and day.weekday() not in self.weekdays:
            return 0
        return _times_of_day(self)


@lru_cache(maxsize=64)
def _times_of_day(wishes: "Wishes") -> int:
    first = ceil_cells(minute(wishes.earliest)) if wishes.earliest else 0
    last = minute(wishes.latest) // CELL_MINUTES if wishes.latest else DAY_CELLS - 1
    step = wishes.step_minutes // CELL_MINUTES
    return sum(1 << cell for cell in range(first, last + 1) if cell % step == 0)


ANY_TIME = Wishes()


@dataclass(frozen=True, slots=True)
class World:
    """What one search looks at: a visit, who could serve it, and their hours."""

    kind: VisitKind
    plan: Plan
    members: Sequence[Unit]
    hours: Rules

    @property
    def zone(self) -> ZoneInfo:
        return self.kind.zone


@dataclass(frozen=True, slots=True)
class _Asked:
    now: datetime
    soonest: datetime
    patient_id: UUID | None = None
    moving_id: UUID | None = None
    prefer: frozenset[int] = frozenset()


def find_openings(
    *,
    clinic_id: int,
    visit_type: int | str,
    from_on: date,
    to_on: date,
    now: datetime,
    patient_id: UUID | None = None,
    clinician: int | None = None,
    wishes: Wishes = ANY_TIME,
    variation: Variation = USUAL,
    prefer: frozenset[int] = frozenset(),
    order: Order = "earliest",
    limit: int = 20,
) -> list[Opening]:
    """The first `limit` openings on these local dates, both included, in order of time.

    Never before `now` plus the type's minimum lead, nor where the patient has
    another visit in person. Each has the resources that waste least, those of
    `prefer` (ids, of any kind) before others. In the order "tightest" it is not the
    first but those of all the window that waste least.

    Raises Invalid for an unknown or retired type, an unknown clinician, or a window
    that runs backwards or over 370 days.
    """
    check_window(from_on, to_on)
    kind = visit_kind(clinic_id=clinic_id, visit_type=visit_type)
    plan = kind.varied(variation)
    world = world_of(kind, plan, from_on, to_on, clinician=clinician)
    world = _as_wished(world, wishes)
    prefer |= wishes.prefer_clinicians
    asked = _Asked(now, now + kind.minimum_lead, patient_id, prefer=prefer)
    found = _search_by_chunks(world, from_on, to_on, asked, wishes)
    if order == "tightest":
        return nsmallest(limit, found, key=lambda o: (o.waste.rank, o.start))
    return list(islice(found, limit))


def check_window(from_on: date, to_on: date) -> None:
    if to_on < from_on:
        raise Invalid([FieldError("/to", "The last date is before the first.")])
    if (to_on - from_on).days >= LONGEST_WINDOW_DAYS:
        detail = (
            f"Search {LONGEST_WINDOW_DAYS} days at most; name an earlier last date."
        )
        raise Invalid([FieldError("/to", detail)])


def search_days(start: datetime, plan: Plan, zone: ZoneInfo) -> tuple[date, date]:
    """The local dates a visit at this start can touch, buffers included."""
    first = start - plan.lead_cells * CELL
    last = start + plan.tail_cells * CELL
    return first.astimezone(zone).date(), last.astimezone(zone).date()


def alternatives(
    kind: VisitKind,
    plan: Plan,
    *,
    start: datetime,
    now: datetime,
    patient_id: UUID | None = None,
    clinician: int | None = None,
    moving_id: UUID | None = None,
    prefer: frozenset[int] = frozenset(),
    avoiding: frozenset[int] = frozenset(),
    limit: int = 3,
) -> list[Opening]:
    """The next openings from `start` on, a quarter of an hour apart, within 28 days.

    None with a resource of `avoiding`; those of `prefer` come before all others.
    """
    from_on = start.astimezone(kind.zone).date()
    to_on = from_on + timedelta(days=27)
    world = world_of(kind, plan, from_on, to_on, clinician=clinician)
    world = without(world, avoiding)
    soonest = max(start, now + kind.minimum_lead)
    asked = _Asked(now, soonest, patient_id, moving_id, prefer)
    found = _search_by_chunks(world, from_on, to_on, asked, Wishes(step_minutes=15))
    return list(islice(found, limit))


def world_of(
    kind: VisitKind,
    plan: Plan,
    from_on: date,
    to_on: date,
    *,
    clinician: int | None = None,
    only: Collection[int] | None = None,
) -> World:
    """Resources and hours for a search on these dates; two statements.

    `clinician` narrows clinicians to one; `only` narrows everything.
    """
    members = units(kind.clinic_id, plan.kinds)
    if clinician is not None:
        members = _with_clinician(members, clinician)
    if only is not None:
        members = [unit for unit in members if unit.ref.id in only]
    ids = [unit.ref.id for unit in members]
    # A visit's buffers and length may reach into the neighbouring days.
    hours = rules(kind.clinic_id, ids, from_on - _ONE_DAY, to_on + 2 * _ONE_DAY)
    return World(kind, plan, members, hours)


def without(world: World, avoiding: frozenset[int]) -> World:
    """The same without these resources."""
    kept = [unit for unit in world.members if unit.ref.id not in avoiding]
    return replace(world, members=kept) if avoiding else world


def opening_at(
    world: World,
    start: datetime,
    *,
    now: datetime,
    patient_id: UUID | None = None,
    moving_id: UUID | None = None,
    prefer: frozenset[int] = frozenset(),
) -> Opening | None:
    """The opening at exactly this start, if there is one; one statement.

    Resources of `prefer` (ids, of any kind) come before all others.
    """
    grid = _grid(world.plan, start, start + CELL)
    busy = _taken(world, grid, _Asked(now, start, patient_id, moving_id))
    allowed = span(*_inner(world.plan, grid))
    return next(_openings(world, grid, busy, allowed, prefer), None)


def _search_by_chunks(
    world: World, from_on: date, to_on: date, asked: _Asked, wishes: Wishes
) -> Iterator[Opening]:
    from_on = max(from_on, asked.soonest.astimezone(world.zone).date())
    for first, last in _chunks(from_on, to_on):
        start, end = (
            _midnight(first, world.zone),
            _midnight(last + _ONE_DAY, world.zone),
        )
        start = align_up(max(start, asked.soonest))
        if end <= start:
            continue
        grid = _grid(world.plan, start, end)
        busy = _taken(world, grid, asked)
        welcome = lay_out(wishes.cells_of, grid, world.zone)
        yield from _openings(
            world,
            grid,
            busy,
            welcome & span(*_inner(world.plan, grid)),
            asked.prefer,
        )


def _openings(
    world: World, grid: Grid, busy: Taken, allowed: int, prefer: frozenset[int]
) -> Iterator[Opening]:
    cells = ceil_cells(world.plan.length_minutes)
    allowed &= erode(grid.full & ~busy.patient, cells)
    names = {unit.ref.id: unit.ref for unit in world.members}
    known = calendars(world.members, world.hours, busy, grid, world.zone)
    return search(world.plan, known, grid, allowed, names, prefer)


def _taken(world: World, grid: Grid, asked: _Asked) -> Taken:
    return taken(
        [unit.ref.id for unit in world.members],
        grid,
        now=asked.now,
        patient_id=asked.patient_id if world.kind.in_person else None,
        moving_id=asked.moving_id,
    )


def _grid(plan: Plan, start: datetime, end: datetime) -> Grid:
    """The grid for starts in [start, end): from the first buffer to the last end, and
    as far around as gaps are looked at."""
    starts = Grid.over(start, end)
    before, after = plan.lead_cells + LOOK_CELLS, plan.tail_cells + LOOK_CELLS
    return Grid(starts.first - before * CELL, before + starts.cells + after)


def _inner(plan: Plan, grid: Grid) -> tuple[int, int]:
    """The cells of the starts that `_grid` was made for."""
    before, after = plan.lead_cells + LOOK_CELLS, plan.tail_cells + LOOK_CELLS
    return before, grid.cells - after


def _chunks(from_on: date, to_on: date) -> Iterator[tuple[date, date]]:
    lengths = iter(_CHUNK_DAYS)
    while from_on <= to_on:
        days = next(lengths, LONGEST_WINDOW_DAYS)
        last = min(from_on + timedelta(days=days - 1), to_on)
        yield from_on, last
        from_on = last + _ONE_DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _as_wished(world: World, wishes: Wishes) -> World:
    """Without the clinicians that are not wished for. Raises Invalid for strangers."""
    known = {unit.ref.id for unit in world.members if unit.ref.kind == _CLINICIAN}
    for name in ("prefer_clinicians", "not_clinicians"):
        if not getattr(wishes, name) <= known:
            raise Invalid([FieldError(f"/{name}", _NO_CLINICIAN)])
    return without(world, wishes.not_clinicians)


def _with_clinician(members: Iterable[Unit], clinician: int) -> list[Unit]:
    members = list(members)
    if not any(u.ref.id == clinician and u.ref.kind == _CLINICIAN for u in members):
        raise Invalid([FieldError("/clinician", _NO_CLINICIAN)])
    return [u for u in members if u.ref.kind != _CLINICIAN or u.ref.id == clinician]
