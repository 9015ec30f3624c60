"""Opening hours: local rules, expanded for each local day, right across DST.

An instant is open if its wall clock is: a gap shortens the day, a fold lengthens
it. Hours that do not lie on the five-minute grid count inwards, closures outwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduling.domain.bits import has, shift_down, span
from scheduling.domain.grid import (
    CELL_MINUTES,
    DAY_CELLS,
    Grid,
    ceil_cells,
    floor_cells,
)

DAY_MINUTES = 24 * 60
_WHOLE_DAY = span(0, DAY_CELLS)
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


@dataclass(frozen=True, slots=True)
class DayException:
    """Closed, or open besides the hours, on one date; closed wins."""

    on: date
    closed: bool
    start_minute: int = 0
    end_minute: int = DAY_MINUTES


@dataclass(frozen=True, slots=True)
class Schedule:
    """All rules of a clinic or of one resource.

    `always_open` is the resource without hours of its own: its clinic's count.
    """

    hours: tuple[Hours, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    always_open: bool = False

    def cells_open(self, day: date) -> int:
        """The open cells of this local day, bit 0 = 00:00."""
        cells = _WHOLE_DAY if self.always_open else 0
        for rule in self.hours:
            if rule.applies(day):
                cells |= _inward(rule.start_minute, rule.end_minute)
        return self._except(day, cells)

    def _except(self, day: date, cells: int) -> int:
        today = [e for e in self.exceptions if e.on == day]
        for extra in (e for e in today if not e.closed):
            cells |= _inward(extra.start_minute, extra.end_minute)
        for closed in (e for e in today if e.closed):
            cells &= ~_outward(closed.start_minute, closed.end_minute)
        return cells


NO_RULES = Schedule(always_open=True)


def open_cells(clinic: Schedule, own: Schedule, grid: Grid, zone: ZoneInfo) -> int:
    """The cells of `grid` in which both the clinic and the resource are open."""
    return lay_out(lambda day: clinic.cells_open(day) & own.cells_open(day), grid, zone)


def lay_out(local: Callable[[date], int], grid: Grid, zone: ZoneInfo) -> int:
    """Cells of the grid whose wall clock is in `local(day)`, for every day it meets."""
    cells = 0
    day = grid.first.astimezone(zone).date()
    while (starts := _midnight(day, zone)) < grid.end:
        if wanted := local(day):
            cells |= _lay_out_day(wanted, day, starts, grid, zone)
        day += _ONE_DAY
    return cells & grid.full


def _lay_out_day(
    wanted: int, day: date, starts: datetime, grid: Grid, zone: ZoneInfo
) -> int:
    ends = _midnight(day + _ONE_DAY, zone)
    if ends - starts == _ONE_DAY:
        return shift_down(wanted, -grid.floor(starts))
    return _lay_out_by_wall_clock(wanted, starts, ends, grid, zone)


def _lay_out_by_wall_clock(
    wanted: int, starts: datetime, ends: datetime, grid: Grid, zone: ZoneInfo
) -> int:
    """A day with a gap or a fold: ask the wall clock cell by cell."""
    cells = 0
    for cell in range(max(grid.floor(starts), 0), min(grid.ceil(ends), grid.cells)):
        wall = grid.instant(cell).astimezone(zone)
        if has(wanted, (wall.hour * 60 + wall.minute) // CELL_MINUTES):
            cells |= 1 << cell
    return cells


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of the local day, on the grid's clock (UTC)."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _inward(start_minute: int, end_minute: int) -> int:
    return span(ceil_cells(start_minute), floor_cells(end_minute))


def _outward(start_minute: int, end_minute: int) -> int:
    return span(floor_cells(start_minute), ceil_cells(end_minute))
