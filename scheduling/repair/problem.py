"""Placing visits: where one can go, and what it costs.

Costs are compared in this order: patients disturbed, visits left to a call, cells of
delay. A patient with two visits is disturbed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scheduling.openings.assignment import Assignment
from scheduling.openings.engine import Candidates, possible_starts
from scheduling.timegrid.bitset import positions
from scheduling.timegrid.grid import ceil_cells
from scheduling.visit_types.plan import Group, Plan

Cost = tuple[int, int, int]  # patients disturbed, visits to call about, delay in cells


@dataclass(frozen=True, eq=False)
class Affected:
    """A visit that lost a resource: its own plan, and where it can go.

    `start` is the cell agreed; `allowed` the cells at which it may start; `found`
    who is free for it, with the time of all affected visits given back; `held` that
    time, by resource, as far as anybody could take it: others must wait for it. Those
    of `prefer` come first. Two visits of one `patient` never overlap in person;
    without one it is nobody else's. A patient is `disturbed` already if another visit
    of theirs is: they count no more.
    """

    plan: Plan
    start: int
    allowed: int
    found: Candidates
    patient: object = None
    in_person: bool = True
    disturbed: bool = False
    prefer: frozenset[int] = frozenset()
    held: Mapping[int, int] = field(default_factory=dict)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Possible starts, the nearest first, of two as near the earlier."""
        possible = positions(possible_starts(self.plan, self.found, self.allowed))
        return tuple(sorted(possible, key=lambda cell: (abs(cell - self.start), cell)))

    @property
    def can_stay(self) -> bool:
        return self.start in self.starts[:1]

    def choices(self, group: Group, start: int) -> list[int]:
        """The resources free for `group` if it starts then: preferred first, by id."""
        free = [
            candidate.calendar.resource_id
            for candidate in self.found[group.id]
            if candidate.can_start(start)
        ]
        return sorted(free, key=lambda pk: (pk not in self.prefer, pk))

    def shares_patient(self, other: "Affected") -> bool:
        """Return True if one patient must come to both."""
        return (
            self.in_person
            and other.in_person
            and self.patient is not None
            and self.patient == other.patient
        )

    @cached_property
    def cells(self) -> int:
        return ceil_cells(self.plan.length_minutes)


@dataclass(frozen=True, slots=True)
class Placement:
    """The cell a visit starts at now and who serves it; None: call the patient."""

    start: int | None = None
    assignment: Assignment = field(default_factory=dict)


def cost_of(visits: Sequence[Affected], placements: Sequence[Placement]) -> Cost:
    """A visit is disturbed if its patient does not come at the time agreed."""
    moved: set[object] = set()
    called = delay = 0
    for at, (visit, placement) in enumerate(zip(visits, placements, strict=True)):
        if placement.start == visit.start:
            continue
        if not visit.disturbed:
            moved.add(whose(at, visit))
        called += placement.start is None
        delay += 0 if placement.start is None else abs(placement.start - visit.start)
    return len(moved), called, delay


def by_patient(visits: Sequence[Affected]) -> list[tuple[int, ...]]:
    """The positions of each patient's visits, by time; of all not disturbed already."""
    found: dict[object, list[int]] = {}
    for at in in_order(visits):
        if not visits[at].disturbed:
            found.setdefault(whose(at, visits[at]), []).append(at)
    return [tuple(positions) for positions in found.values()]


def in_order(visits: Sequence[Affected]) -> list[int]:
    """The positions of the visits by the time agreed."""
    return sorted(range(len(visits)), key=lambda at: (visits[at].start, at))


def whose(at: int, visit: Affected) -> object:
    """Return a key of the visit's patient; a visit without one has a key of its own."""
    return (at,) if visit.patient is None else visit.patient
