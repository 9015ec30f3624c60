"""Opening hours: local rules, expanded for each local day, right across DST.

An instant is open if its wall clock is: a gap shortens the day, a fold lengthens
it. Hours that do not lie on the five-minute grid count inwards, closures outwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from scheduling.timegrid.bitset import has, shift_down, span
from scheduling.timegrid.grid import (
    CELL,
    CELL_MINUTES,
    DAY_CELLS,
    Grid,
    ceil_cells,
    floor_cells,
)

DAY_MINUTES = 24 * 60
_WHOLE_DAY = span(0, DAY_CELLS)
_DAY_BYTES = DAY_CELLS // 8
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """Open [start_minute, end_minute) of the local day, on one weekday (Monday = 0)."""

    weekday: int
    start_minute: int
    end_minute: int
    valid_from_on: date | None = None
    valid_to_on: date | None = None

    def applies(self, day: date) -> bool:
        return (
            day.weekday() == self.weekday
            and (self.valid_from_on is None or self.valid_from_on <= day)
            and (self.valid_to_on is None or day <= self.valid_to_on)
        )

    @property
    def is_lasting(self) -> bool:
        """True if it holds on any date."""
        return self.valid_from_on is None and self.valid_to_on is None

    @property
    def cells(self) -> int:
        return _inward(self.start_minute, self.end_minute)


@dataclass(frozen=True, slots=True)
class DayException:
    """Closed, or open besides the hours, on one date; closed wins."""

    on: date
    closed: bool
    start_minute: int = 0
    end_minute: int = DAY_MINUTES


@dataclass(frozen=True)
class Schedule:
    """All rules of a clinic or of one resource.

    `always_open` is the resource without hours of its own: its clinic's count. On
    `holidays` the hours do not count, but what is open besides them does.
    """

    hours: tuple[Hours, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    always_open: bool = False
    holidays: frozenset[date] = frozenset()

    def cells_open(self, day: date) -> int:
        """The open cells of this local day, bit 0 = 00:00."""
        cells = _WHOLE_DAY if self.always_open else self._by_hours(day)
        return self._except(day, cells) if day in self._exceptional else cells

    def _by_hours(self, day: date) -> int:
        if day in self.holidays:
            return 0
        cells = self._weekly[day.weekday()]
        for rule in self._passing:
            if rule.applies(day):
                cells |= rule.cells
        return cells

    def _except(self, day: date, cells: int) -> int:
        today = self._exceptional[day]
        for extra in (e for e in today if not e.closed):
            cells |= _inward(extra.start_minute, extra.end_minute)
        for closed in (e for e in today if e.closed):
            cells &= ~_outward(closed.start_minute, closed.end_minute)
        return cells

    @cached_property
    def _weekly(self) -> list[int]:
        """The cells open on each weekday by the hours that are always valid."""
        cells = [0] * 7
        for rule in self.hours:
            if rule.is_lasting:
                cells[rule.weekday] |= rule.cells
        return cells

    @cached_property
    def _passing(self) -> list[Hours]:
        return [rule for rule in self.hours if not rule.is_lasting]

    @cached_property
    def _exceptional(self) -> dict[date, list[DayException]]:
        by_day: dict[date, list[DayException]] = {}
        for exception in self.exceptions:
            by_day.setdefault(exception.on, []).append(exception)
        return by_day


NO_RULES = Schedule(always_open=True)


def open_cells(clinic: Schedule, own: Schedule, grid: Grid, zone: ZoneInfo) -> int:
    """The cells of `grid` in which both the clinic and the resource are open."""
    return lay_out(lambda day: clinic.cells_open(day) & own.cells_open(day), grid, zone)


def lay_out(local: Callable[[date], int], grid: Grid, zone: ZoneInfo) -> int:
    """Cells of the grid whose wall clock is in `local(day)`, for every day it meets."""
    cells = 0
    for run in _runs(grid, zone):
        wanted = [local(day) for day in run.days]
        if run.starts is None:
            cells |= _lay_out_by_wall_clock(wanted[0], run.days[0], grid, zone)
        else:
            joined = b"".join([day.to_bytes(_DAY_BYTES, "little") for day in wanted])
            cells |= shift_down(int.from_bytes(joined, "little"), -run.starts)
    return cells & grid.full


@dataclass(frozen=True, slots=True)
class _Run:
    """Days of 24 hours on end, the first of which begins in the cell `starts`; or,
    without it, the one day of another length."""

    days: list[date]
    starts: int | None


@lru_cache(maxsize=64)
def _runs(grid: Grid, zone: ZoneInfo) -> list[_Run]:
    """The local days the grid meets."""
    runs: list[_Run] = []
    day = grid.first.astimezone(zone).date()
    starts = _midnight(day, zone)
    while starts < grid.end:
        ends = _midnight(day + _ONE_DAY, zone)
        if ends - starts != _ONE_DAY:
            runs.append(_Run([day], None))
        elif runs and runs[-1].starts is not None:
            runs[-1].days.append(day)
        else:
            runs.append(_Run([day], grid.floor(starts)))
        day, starts = day + _ONE_DAY, ends
    return runs


def _lay_out_by_wall_clock(wanted: int, day: date, grid: Grid, zone: ZoneInfo) -> int:
    """A day with a gap or a fold: each cell counts as its wall clock does."""
    cells = 0
    for cell, wall in enumerate(_wall_clock(day, zone)):
        if has(wanted, wall):
            cells |= 1 << cell
    return shift_down(cells, -grid.floor(_midnight(day, zone)))


@lru_cache(maxsize=256)
def _wall_clock(day: date, zone: ZoneInfo) -> list[int]:
    """Return the cell of a wall clock that each cell of this local day shows."""
    starts = _midnight(day, zone)
    walls = []
    for cell in range((_midnight(day + _ONE_DAY, zone) - starts) // CELL):
        wall = (starts + cell * CELL).astimezone(zone)
        walls.append((wall.hour * 60 + wall.minute) // CELL_MINUTES)
    return walls


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the local day, on the grid's clock (UTC)."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _inward(start_minute: int, end_minute: int) -> int:
    return span(ceil_cells(start_minute), floor_cells(end_minute))


def _outward(start_minute: int, end_minute: int) -> int:
    return span(floor_cells(start_minute), ceil_cells(end_minute))
