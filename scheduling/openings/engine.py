"""The openings engine: which starts are possible, by bit sets.

A resource's free time is one int. A need is feasible where enough bits in a row are
set; a pool is the OR of its members; a visit is the AND over its needs, each shifted
to its offset. That is a superset where needs compete for one pool, so the starts it
yields are checked by exact assignment (`scheduling.openings.assignment`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from scheduling.timegrid.bitset import at_least, erode, shift_down
from scheduling.timegrid.fragmentation import Span
from scheduling.visit_types.plan import Group, Plan


@dataclass(frozen=True)
class Calendar:
    """One resource on a grid: `clear` of reservations, and `open` by the hours.

    Phases must lie in both; buffers may pass closing, so they need only `clear`.
    A gap of fewer than `shortest_cells` is of no use to any visit.
    """

    resource_id: int
    kind: str
    capabilities: frozenset[str]
    clear: int
    open: int
    shortest_cells: int = 1

    @cached_property
    def free(self) -> int:
        return self.clear & self.open


@dataclass(frozen=True)
class Candidate:
    """A resource that can serve a group, with the starts at which it is free."""

    calendar: Calendar
    starts: int

    @property
    def resource_id(self) -> int:
        return self.calendar.resource_id

    def can_start(self, cell: int) -> bool:
        """True if it is free for a visit that starts at this cell."""
        eighths, place = self._eighths, cell >> 3
        return place < len(eighths) and eighths[place] >> (cell & 7) & 1 == 1

    @cached_property
    def _eighths(self) -> bytes:
        """The starts by eights: a byte is looked up where a number would be shifted."""
        return self.starts.to_bytes(self.starts.bit_length() // 8 + 1, "little")


Candidates = Mapping[int, Sequence[Candidate]]


def candidates(plan: Plan, calendars: Iterable[Calendar]) -> Candidates:
    """For each group of needs: who could serve it, and at which starts."""
    calendars = sorted(calendars, key=attrgetter("resource_id"))
    return {group.id: _serving(group, calendars) for group in plan.groups}


def _serving(group: Group, calendars: Iterable[Calendar]) -> list[Candidate]:
    kinds, wanted, opened = group.kinds, group.capabilities, dict[int, int]()
    return [
        Candidate(calendar, _starts_of(group, calendar, opened))
        for calendar in calendars
        if calendar.kind in kinds and wanted <= calendar.capabilities
    ]


def possible_starts(plan: Plan, found: Candidates, allowed: int) -> int:
    """Starts in `allowed` at which every group has enough free resources."""
    starts = allowed
    for group in plan.groups:
        members = [candidate.starts for candidate in found[group.id]]
        starts &= at_least(group.count, members)
        if not starts:
            break
    return starts


def _starts_of(group: Group, calendar: Calendar, opened: dict[int, int]) -> int:
    """Starts at which this one resource is free for all needs of the group.

    `opened` remembers when the hours alone would do: most share theirs, and the very
    number, whose id is known quicker than its hash.
    """
    key = id(calendar.open)
    if key not in opened:
        opened[key] = _lasting(calendar.open, group.phases)
    return opened[key] & _lasting(calendar.clear, group.shortest_first)


def _lasting(cells: int, spans: Iterable[Span]) -> int:
    """Starts from which all of `spans` lie in these cells; a span that is not shorter
    than the one before goes on from what that took."""
    starts, lasting, done = -1, cells, 1
    for begin, end in spans:
        length = max(end - begin, 1)
        if length < done:
            lasting, done = cells, 1
        lasting, done = erode(lasting, length, done), length
        starts &= shift_down(lasting, begin)
    return starts
