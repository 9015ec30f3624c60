"""Finding openings: eight SQL statements at most, whatever the window and history."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from heapq import nsmallest
from itertools import chain, islice
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from core.problems import FieldError, Invalid
from scheduling.openings.calendars import (
    Awaited,
    Rules,
    Taken,
    Unit,
    awaited_cells,
    calendars,
    less,
    minute,
    only,
    taken,
    units,
)
from scheduling.openings.candidates import Opening, search, tightest
from scheduling.openings.clinic_data import Reading
from scheduling.openings.engine import Calendar
from scheduling.openings.windows import (
    LONGEST_WINDOW_DAYS,
    check_ahead,
    check_ranked_window,
    check_times,
    check_window,
)
from scheduling.resources.kinds import CLINICIAN
from scheduling.timegrid.bitset import erode, span
from scheduling.timegrid.fragmentation import LOOK_CELLS
from scheduling.timegrid.grid import (
    CELL,
    CELL_MINUTES,
    DAY_CELLS,
    Grid,
    align_up,
    ceil_cells,
)
from scheduling.timegrid.opening_hours import lay_out
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind
from scheduling.visit_types.variation import USUAL, Variation

# A week at first, wider later, so that an empty year costs four statements. A long
# page is not filled in a week.
_CHUNK_DAYS = (7, 21, 63)
_LONG_PAGE = 20
_NO_CLINICIAN = (
    "No active clinician of this clinic has this id for such a visit; choose one of "
    "its resources of the kind clinician, or leave it out."
)
_WISHED_AND_EXCLUDED = "A clinician cannot be wished for and excluded at once."
_ONE_DAY = timedelta(days=1)

Order = Literal["earliest", "tightest"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Starts and clinicians that are welcome.

    Local arrival lies between `earliest` and `latest`, both included, on `weekdays`
    (Monday = 0; empty = all), every `step_minutes` of the local day; never with
    `not_clinicians`, rather with `prefer_clinicians` (ids of resources).
    """

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
    """The input of one search: a visit, who could serve it, and their hours.

    Hours are without what is `awaited`; if there is any time `within`, nothing but
    that. Data `read` before is read no more.
    """

    kind: VisitKind
    plan: Plan
    members: Sequence[Unit]
    hours: Rules
    awaited: Sequence[Awaited] = ()
    within: Sequence[Awaited] = ()
    read: Reading | None = None

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
    read: Reading | None = None,
) -> list[Opening]:
    """The first `limit` openings on these local dates, both included, in order of time.

    Never before `now` plus the type's minimum lead, nor where the patient has
    another visit in person. Each has the resources that waste least, those of
    `prefer` (ids, of any kind) before others. In the order "tightest" it is not the
    first but those of all the window that waste least.

    Raises Invalid for an unknown or retired type, an unknown clinician, times of day
    that run backwards, or a window that does, is longer than 370 days (92 for the
    tightest), or reaches further ahead than visits are booked.
    """
    check_window(from_on, to_on)
    check_times(wishes.earliest, wishes.latest)
    if order == "tightest":
        check_ranked_window(from_on, to_on)
    read = read or Reading()
    kind = read.visit_kind(clinic_id, visit_type)
    check_ahead(to_on, now, kind.zone)
    plan = kind.varied(variation)
    world = world_of(
        kind, plan, from_on, to_on, clinician=clinician, wishes=wishes, read=read
    )
    prefer |= wishes.prefer_clinicians
    asked = _Asked(now, now + kind.minimum_lead, patient_id, prefer=prefer)
    pieces = _CHUNK_DAYS if limit <= _LONG_PAGE else _CHUNK_DAYS[2:]
    looks = _looks(world, from_on, to_on, asked, wishes, pieces)
    if order == "tightest":
        best = (one for look in looks for one in look.tightest(limit))
        return nsmallest(limit, best, key=lambda one: (one.waste.rank, one.start))
    return list(islice(chain.from_iterable(look.all() for look in looks), limit))


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
    awaited: Sequence[Awaited] = (),
    limit: int = 3,
) -> list[Opening]:
    """The next openings from `start` on, a quarter of an hour apart, within 28 days.

    None with a resource of `avoiding` or at time that is `awaited`; those of `prefer`
    come before all others.
    """
    from_on = start.astimezone(kind.zone).date()
    to_on = from_on + timedelta(days=27)
    world = world_of(kind, plan, from_on, to_on, clinician=clinician)
    world = without(world, avoiding, awaited)
    soonest = max(start, now + kind.minimum_lead)
    asked = _Asked(now, soonest, patient_id, moving_id, prefer)
    looks = _looks(world, from_on, to_on, asked, Wishes(step_minutes=15))
    return list(islice(chain.from_iterable(look.all() for look in looks), limit))


def world_of(
    kind: VisitKind,
    plan: Plan,
    from_on: date,
    to_on: date,
    *,
    clinician: int | None = None,
    wishes: Wishes = ANY_TIME,
    only: Collection[int] | None = None,
    read: Reading | None = None,
) -> World:
    """Resources and hours for a search on these dates; two statements.

    `clinician` narrows clinicians to one, `wishes` to those wished for; `only`
    narrows everything. Raises Invalid for clinicians who are none here.
    """
    reading = read or Reading()
    members = reading.units(kind.clinic_id, plan.kinds)
    _check_clinicians(members, clinician, wishes)
    if clinician is not None:
        members = [
            u for u in members if u.ref.kind != CLINICIAN or u.ref.id == clinician
        ]
    if wishes.not_clinicians:
        members = [u for u in members if u.ref.id not in wishes.not_clinicians]
    if only is not None:
        members = [unit for unit in members if unit.ref.id in only]
    ids = [unit.ref.id for unit in members]
    # A visit's buffers and length may reach into the neighbouring days.
    hours = reading.rules(kind.clinic_id, ids, from_on - _ONE_DAY, to_on + 2 * _ONE_DAY)
    return World(kind, plan, members, hours, read=read)


def check_wished(
    kind: VisitKind,
    plan: Plan,
    prefer: frozenset[int],
    avoiding: frozenset[int],
    clinician: int | None = None,
) -> None:
    """Raises Invalid for clinicians who are none here, or wished for and excluded at
    once; a statement if any is preferred or excluded."""
    if prefer or avoiding:
        wishes = Wishes(prefer_clinicians=prefer, not_clinicians=avoiding)
        _check_clinicians(units(kind.clinic_id, plan.kinds), clinician, wishes)


def without(
    world: World, avoiding: frozenset[int], awaited: Sequence[Awaited] = ()
) -> World:
    """The same without these resources, and without this time of the others."""
    kept = [unit for unit in world.members if unit.ref.id not in avoiding]
    return replace(world, members=kept, awaited=awaited)


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
    asked = _Asked(now, start, patient_id, moving_id, prefer)
    return next(_look(world, start, start + CELL, asked).all(), None)


@dataclass(frozen=True, slots=True)
class _Look:
    """One read of the calendars, with the starts that are wanted on their grid."""

    world: World
    grid: Grid
    calendars: Sequence[Calendar]
    allowed: int
    prefer: frozenset[int]

    def all(self) -> Iterator[Opening]:
        return search(*self._asked)

    def tightest(self, limit: int) -> list[Opening]:
        return tightest(*self._asked, limit=limit)

    @property
    def _asked(self) -> tuple[Any, ...]:
        names = {unit.ref.id: unit.ref for unit in self.world.members}
        plan = self.world.plan
        return plan, self.calendars, self.grid, self.allowed, names, self.prefer


def _looks(
    world: World,
    from_on: date,
    to_on: date,
    asked: _Asked,
    wishes: Wishes,
    pieces: Sequence[int] = _CHUNK_DAYS,
) -> Iterator[_Look]:
    """The window in pieces of so many days; each takes a statement when it is its
    turn."""
    from_on = max(from_on, asked.soonest.astimezone(world.zone).date())
    for first, last in _chunks(from_on, to_on, pieces):
        start = _midnight(first, world.zone)
        end = _midnight(last + _ONE_DAY, world.zone)
        start = align_up(max(start, asked.soonest))
        if start < end:
            yield _look(world, start, end, asked, wishes)


def _look(
    world: World,
    start: datetime,
    end: datetime,
    asked: _Asked,
    wishes: Wishes = ANY_TIME,
) -> _Look:
    """At starts in [start, end)."""
    grid = _grid(world.plan, start, end)
    busy = _taken(world, grid, asked)
    allowed = span(*_inner(world.plan, grid))
    allowed &= erode(grid.full & ~busy.patient, ceil_cells(world.plan.length_minutes))
    if wishes != ANY_TIME:
        allowed &= lay_out(wishes.cells_of, grid, world.zone)
    known = calendars(world.members, world.hours, busy, grid, world.zone)
    if world.awaited:
        known = less(known, awaited_cells(world.awaited, grid))
    if world.within:
        known = only(known, awaited_cells(world.within, grid))
    return _Look(world, grid, known, allowed, asked.prefer)


def _taken(world: World, grid: Grid, asked: _Asked) -> Taken:
    find = world.read.taken if world.read else taken
    return find(
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


def _chunks(
    from_on: date, to_on: date, pieces: Sequence[int]
) -> Iterator[tuple[date, date]]:
    lengths = iter(pieces)
    while from_on <= to_on:
        days = next(lengths, LONGEST_WINDOW_DAYS)
        last = min(from_on + timedelta(days=days - 1), to_on)
        yield from_on, last
        from_on = last + _ONE_DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _check_clinicians(
    members: Iterable[Unit], clinician: int | None, wishes: Wishes
) -> None:
    known = {unit.ref.id for unit in members if unit.ref.kind == CLINICIAN}
    named = {
        "/clinician": frozenset(() if clinician is None else {clinician}),
        "/prefer_clinicians": wishes.prefer_clinicians,
        "/not_clinicians": wishes.not_clinicians,
    }
    wrong = [pointer for pointer, ids in named.items() if not ids <= known]
    if wrong:
        raise Invalid([FieldError(pointer, _NO_CLINICIAN) for pointer in wrong])
    if wishes.not_clinicians & (wishes.prefer_clinicians | named["/clinician"]):
        raise Invalid([FieldError("/not_clinicians", _WISHED_AND_EXCLUDED)])
