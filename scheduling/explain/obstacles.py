"""Obstacles to a visit on one day: each thing that could be gone.

A block is one reservation of another visit, one hold, one absence, a resource's own
hours on a day, the clinic's hours on a day, the patient's other visit, the notice a
visit needs, or a wish. An explanation names blocks; taking exactly those away must
yield an opening (`scheduling.explain.minimal_sets`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, IntEnum, StrEnum
from functools import cached_property


class Cause(Enum):
    """The cause of a block; the value is what a client reads."""

    ABSENCE = "absence"
    BOOKING = "booking"
    HOLD = "hold"
    PATIENT = "patient"
    HOURS = "resource-hours"
    CLOSED = "clinic-hours"
    NOTICE = "notice"
    PAST = "past"
    CLINICIAN = "clinician-wish"
    EXCLUDED = "clinician-exclusion"
    TIME = "time-wish"
    WEEKDAY = "weekday-wish"


class Rank(IntEnum):
    """The order of preference among blocks to name, where several would do.

    A real thing, then a day off or too little notice, then a wish; at last that the
    clinic was not open longer: at midnight there is nearly always time.
    """

    REAL = 0
    HOURS = 1
    WISH = 2
    LONGER = 3


_REAL = frozenset({Cause.ABSENCE, Cause.BOOKING, Cause.HOLD, Cause.PATIENT})
_HOURS = frozenset({Cause.HOURS, Cause.NOTICE})
# Within one rank and as useful: in the order above.
_ORDER = {cause: number for number, cause in enumerate(Cause)}


class Takes(StrEnum):
    """The time or resource that a block's cells are taken from."""

    CLEAR = "clear"  # a resource's time, buffers included
    OPEN = "open"  # a resource's hours: phases only
    CLINIC = "clinic"  # the clinic's hours: every phase that needs anything
    PATIENT = "patient"  # the patient's time
    START = "start"  # starts, wherever the visit goes on
    MEMBER = "member"  # whole resources, as they are not wanted


_TAKES = {
    Cause.ABSENCE: Takes.CLEAR,
    Cause.BOOKING: Takes.CLEAR,
    Cause.HOLD: Takes.CLEAR,
    Cause.PATIENT: Takes.PATIENT,
    Cause.HOURS: Takes.OPEN,
    Cause.CLOSED: Takes.CLINIC,
    Cause.NOTICE: Takes.START,
    Cause.PAST: Takes.START,
    Cause.CLINICIAN: Takes.MEMBER,
    Cause.EXCLUDED: Takes.MEMBER,
    Cause.TIME: Takes.START,
    Cause.WEEKDAY: Takes.START,
}


@dataclass(frozen=True, eq=False)
class Block:
    """`cells` are of one day's grid. `key` tells blocks of one cause and resource
    apart: the reservation, absence or local date.

    For words: [`start`, `end`) of what takes the time; of hours, the local day `on`,
    the stretches `open` on it, and the `note` of an exception. `kind` is an absence's.
    """

    cause: Cause
    cells: int = 0
    resource_id: int | None = None
    key: str = ""
    start: datetime | None = None
    end: datetime | None = None
    kind: str = ""
    on: date | None = None
    open: tuple[tuple[datetime, datetime], ...] = ()
    exceptional: bool = False
    note: str = ""
    resource_ids: frozenset[int] = frozenset()

    # Both are asked for each start and resource: worked out once.
    @cached_property
    def takes(self) -> Takes:
        return _TAKES[self.cause]

    @cached_property
    def rank(self) -> Rank:
        if self.cause in _REAL:
            return Rank.REAL
        if self.cause is Cause.PAST:
            return Rank.LONGER
        if self.cause is Cause.CLOSED:
            return Rank.LONGER if self.open else Rank.HOURS
        return Rank.HOURS if self.cause in _HOURS else Rank.WISH

    @cached_property
    def order(self) -> int:
        return _ORDER[self.cause]
