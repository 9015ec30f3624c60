"""A window of local days with all that takes time in it, cut into days to explain."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduling.explain.day import Member, Scene
from scheduling.explain.obstacles import Block, Cause
from scheduling.timegrid.bitset import shift_down, span, spans_of
from scheduling.timegrid.grid import CELL, DAY_CELLS, Grid
from scheduling.timegrid.opening_hours import NO_RULES, Schedule, lay_out
from scheduling.visit_types.plan import Plan

_ONE_DAY = timedelta(days=1)
_WHOLE_DAY = span(0, DAY_CELLS)


class Busy(NamedTuple):
    """[start, end) cells of the window's grid that something takes of a resource.

    Rows of one `key` are one block. `until` is when an absence ends, `kind` its kind.
    """

    resource_id: int
    start: int
    end: int
    cause: Cause
    key: str
    kind: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Wished:
    """Starts and resources that are welcome.

    Starts are the cells `times` of a local day, on `weekdays` (empty: all), from among
    the cells `steps`. Resources are neither `others` than who was asked for, nor those
    `excluded`.
    """

    times: int = _WHOLE_DAY
    steps: int = _WHOLE_DAY
    weekdays: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Window:
    """Local days `first` … `last`. `busy` is sorted by start, `patient` are cells in
    which the patient is elsewhere; `notes` are reasons of exceptions by resource (None:
    the clinic) and date. No start lies before `now` or `soonest`."""

    plan: Plan
    members: tuple[Member, ...]
    zone: ZoneInfo
    first: date
    last: date
    grid: Grid
    clinic: Schedule
    own: Mapping[int, Schedule]
    busy: Sequence[Busy]
    patient: Sequence[tuple[int, int]]
    now: datetime
    soonest: datetime
    wished: Wished = field(default_factory=Wished)
    notes: Mapping[tuple[int | None, date], str] = field(default_factory=dict)

    @property
    def days(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + number * _ONE_DAY

    def scene(self, day: date) -> Scene:
        return _Cut(self, day).scene()

    def closed(self, schedule: Schedule) -> int:
        """The cells in which these rules say closed; worked out once."""
        if schedule not in self._closed:
            opened = lay_out(schedule.cells_open, self.grid, self.zone)
            self._closed[schedule] = self.grid.full & ~opened
        return self._closed[schedule]

    @cached_property
    def _closed(self) -> dict[Schedule, int]:
        return {}

    def stretches(
        self, schedule: Schedule, day: date
    ) -> tuple[tuple[datetime, datetime], ...]:
        """Return the open stretches of a local day, by its wall clock, cached."""
        if (schedule, day) not in self._stretches:
            cells = schedule.cells_open(day)
            self._stretches[schedule, day] = tuple(
                (self._wall(begin, day), self._wall(end, day))
                for begin, end in spans_of(cells)
            )
        return self._stretches[schedule, day]

    @cached_property
    def _stretches(
        self,
    ) -> dict[tuple[Schedule, date], tuple[tuple[datetime, datetime], ...]]:
        return {}

    def _wall(self, cell: int, day: date) -> datetime:
        midnight = datetime.combine(day, time(), tzinfo=self.zone)
        # Sums in one zone move the wall clock, even where clocks are changed between.
        return midnight + cell * CELL

    @cached_property
    def starts(self) -> int:
        return lay_out(lambda _: self.wished.steps, self.grid, self.zone)

    @cached_property
    def usual(self) -> int:
        """The times of day at which the clinic is open on some day of the week."""
        week = [self.first + number * _ONE_DAY for number in range(7)]
        times = 0
        for day in week:
            times |= self.clinic.cells_open(day)
        return lay_out(lambda _: times, self.grid, self.zone)

    @cached_property
    def untimely(self) -> int:
        """Cells outside the time of day that was asked for."""
        if self.wished.times == _WHOLE_DAY:
            return 0
        timely = lay_out(lambda _: self.wished.times, self.grid, self.zone)
        return self.grid.full & ~timely

    @cached_property
    def begins(self) -> list[int]:
        return [row.start for row in self.busy]

    def cell(self, day: date) -> int:
        """The first cell of a local day."""
        if day not in self._cells:
            self._cells[day] = self.grid.floor(midnight(day, self.zone))
        return self._cells[day]

    @cached_property
    def _cells(self) -> dict[date, int]:
        return {}


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def window_grid(plan: Plan, first: date, last: date, zone: ZoneInfo) -> Grid:
    """The grid for starts on these local days, from first buffer to last end."""
    starts = Grid.over(midnight(first, zone), midnight(last + _ONE_DAY, zone))
    return Grid(
        starts.first - plan.lead_cells * CELL,
        plan.lead_cells + starts.cells + plan.tail_cells,
    )


class _Cut:
    """One day cut out of a window; cells are shifted to the day's own grid."""

    def __init__(self, window: Window, day: date) -> None:
        self.window, self.day = window, day
        lead, tail = window.plan.lead_cells, window.plan.tail_cells
        begin, end = window.cell(day), window.cell(day + _ONE_DAY)
        self.offset = begin - lead
        self.grid = Grid(window.grid.instant(self.offset), lead + (end - begin) + tail)
        self.inner = span(lead, lead + end - begin)

    def scene(self) -> Scene:
        blocks = (
            *_joined(self._taken()),
            *self._hours(None, self.window.clinic),
            *(
                block
                for resource_id, schedule in self.window.own.items()
                for block in self._hours(resource_id, schedule)
                if schedule != NO_RULES
            ),
            *self._patient(),
            *self._clock(),
            *self._wishes(),
        )
        return Scene(
            self.window.plan,
            self.grid,
            self.window.members,
            self._slice(self.window.starts) & self.inner,
            blocks,
            usual=self._slice(self.window.usual),
        )

    def _slice(self, cells: int) -> int:
        return shift_down(cells, self.offset) & self.grid.full

    def _taken(self) -> Iterator[Block]:
        by_key: dict[tuple[int, str], list[Busy]] = {}
        for row in self._rows():
            by_key.setdefault((row.resource_id, row.key), []).append(row)
        for (resource_id, key), rows in by_key.items():
            first, instant = rows[0], self.window.grid.instant
            cells = 0
            for row in rows:
                cells |= span(row.start - self.offset, row.end - self.offset)
            yield Block(
                first.cause,
                cells & self.grid.full,
                resource_id,
                key,
                start=instant(first.start),
                end=first.until or instant(max(row.end for row in rows)),
                kind=first.kind,
            )

    def _rows(self) -> Iterator[Busy]:
        # No row is over 24 hours long.
        rows, begins = self.window.busy, self.window.begins
        first = bisect_left(begins, self.offset - DAY_CELLS - 1)
        for row in rows[first : bisect_left(begins, self.offset + self.grid.cells)]:
            if row.end > self.offset:
                yield row

    def _hours(self, resource_id: int | None, schedule: Schedule) -> Iterator[Block]:
        """One block for each local day on which it is not open all the time."""
        closed = self._slice(self.window.closed(schedule))
        day = self.day - _ONE_DAY
        while (begin := self.window.cell(day) - self.offset) < self.grid.cells:
            end = self.window.cell(day + _ONE_DAY) - self.offset
            if cells := closed & span(begin, end):
                yield Block(
                    Cause.CLOSED if resource_id is None else Cause.HOURS,
                    cells,
                    resource_id,
                    key=day.isoformat(),
                    on=day,
                    open=self.window.stretches(schedule, day),
                    exceptional=day in schedule.holidays
                    or any(e.on == day for e in schedule.exceptions),
                    note=self.window.notes.get((resource_id, day), ""),
                )
            day += _ONE_DAY

    def _patient(self) -> Iterator[Block]:
        for start, end in self.window.patient:
            if cells := span(start - self.offset, end - self.offset) & self.grid.full:
                instant = self.window.grid.instant
                yield Block(
                    Cause.PATIENT,
                    cells,
                    key=str(start),
                    start=instant(start),
                    end=instant(end),
                )

    def _clock(self) -> Iterator[Block]:
        now = max(self.grid.ceil(self.window.now), 0)
        soonest = max(self.grid.ceil(self.window.soonest), 0)
        if past := span(0, now) & self.inner:
            yield Block(Cause.PAST, past, end=self.window.now)
        if notice := span(now, soonest) & self.inner:
            yield Block(Cause.NOTICE, notice, end=self.window.soonest)

    def _wishes(self) -> Iterator[Block]:
        wished = self.window.wished
        if wished.weekdays and self.day.weekday() not in wished.weekdays:
            yield Block(Cause.WEEKDAY, self.inner, on=self.day)
        if untimely := self._slice(self.window.untimely) & self.inner:
            yield Block(Cause.TIME, untimely)
        if wished.excluded:
            yield Block(Cause.EXCLUDED, resource_ids=wished.excluded)
        if wished.others:
            yield Block(Cause.CLINICIAN, resource_ids=wished.others)


def _joined(taken: Iterable[Block]) -> list[Block]:
    """Absences of one resource that follow on each other are one: only the end of the
    last is a way out."""
    joined: list[Block] = []
    absences: dict[int | None, Block] = {}
    for block in taken:
        before = absences.get(block.resource_id)
        if block.cause is not Cause.ABSENCE:
            joined.append(block)
        elif before and _follows(block, before):
            absences[block.resource_id] = _together(before, block)
        else:
            joined += [before] if before else []
            absences[block.resource_id] = block
    return [*joined, *absences.values()]


def _follows(block: Block, before: Block) -> bool:
    return bool(block.start and before.end and block.start <= before.end)


def _together(before: Block, block: Block) -> Block:
    return replace(
        before,
        cells=before.cells | block.cells,
        end=max(before.end, block.end) if before.end and block.end else None,
        kind=before.kind if before.kind == block.kind else "",
    )
