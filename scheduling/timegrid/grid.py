"""Time as cells of five minutes, counted from a window's first instant.

Never counted from a UTC day: zones with offsets of 30 or 45 minutes, and days that
cross UTC midnight, are ordinary here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CELL_MINUTES = 5
CELL = timedelta(minutes=CELL_MINUTES)
DAY_CELLS = 24 * 60 // CELL_MINUTES
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def floor_cells(minutes: int) -> int:
    """Whole cells that begin at or before this minute; may be negative."""
    return minutes // CELL_MINUTES


def ceil_cells(minutes: int) -> int:
    """Cells needed to reach this minute."""
    return -(-minutes // CELL_MINUTES)


def align_down(instant: datetime) -> datetime:
    """The last five-minute mark at or before `instant`, in UTC."""
    return instant.astimezone(UTC) - (instant - _EPOCH) % CELL


def align_up(instant: datetime) -> datetime:
    """The first five-minute mark at or after `instant`, in UTC."""
    return instant.astimezone(UTC) + (_EPOCH - instant) % CELL


def is_on_grid(instant: datetime) -> bool:
    return (instant - _EPOCH) % CELL == timedelta(0)


@dataclass(frozen=True, slots=True)
class Grid:
    """`cells` cells from `first`, which is aware and lies on a five-minute mark."""

    first: datetime
    cells: int

    @classmethod
    def over(cls, start: datetime, end: datetime) -> "Grid":
        """The grid of [start, end), widened to whole cells."""
        first = align_down(start)
        return cls(first, (align_up(end) - first) // CELL)

    @property
    def end(self) -> datetime:
        return self.instant(self.cells)

    @property
    def full(self) -> int:
        """A bit for every cell."""
        return (1 << self.cells) - 1

    def floor(self, instant: datetime) -> int:
        """The cell `instant` lies in; may be outside the grid."""
        return (instant - self.first) // CELL

    def ceil(self, instant: datetime) -> int:
        """The first cell that begins at or after `instant`."""
        return -((self.first - instant) // CELL)

    def instant(self, cell: int) -> datetime:
        return self.first + cell * CELL
