"""Placing visits: where one can go, and whether many fit together.

Costs are compared in this order: patients disturbed, visits left to a call, cells of
delay. A patient with two visits is disturbed once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import combinations
from operator import or_

from scheduling.domain.assignment import Assignment
from scheduling.domain.bits import positions, span
from scheduling.domain.grid import ceil_cells
from scheduling.domain.plan import Group, Plan
from scheduling.domain.search import Candidates, possible_starts

Cost = tuple[int, int, int]  # patients disturbed, visits to call about, delay in cells


@dataclass(frozen=True, eq=False)
class Affected:
    """A visit that lost a resource: its own plan, and where it can go.

    `start` is the cell agreed; `allowed` the cells at which it may start; `found`
    who is free for it, with its own time given back; those of `prefer` come first. Two
    visits of one `patient` never overlap in person; without one it is nobody else's.
    A patient is `disturbed` already if another visit of theirs is: they count no more.
    """

    plan: Plan
    start: int
    allowed: int
    found: Candidates
    patient: object = None
    in_person: bool = True
    disturbed: bool = False
    prefer: frozenset[int] = frozenset()

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Possible starts, the nearest first, of two as near the earlier."""
        possible = positions(possible_starts(self.plan, self.found, self.allowed))
        return tuple(sorted(possible, key=lambda cell: (abs(cell - self.start), cell)))

    @property
    def can_stay(self) -> bool:
        return self.start in self.starts[:1]

    def items(self, start: int) -> "tuple[_Item, ...]":
        """What must be chosen for if the visit starts then; kept, as it is asked for
        again and again."""
        if start not in self._items:
            self._items[start] = tuple(
                _Item(
                    group,
                    reduce(
                        or_, (span(start + b, start + e) for b, e in group.occupied)
                    ),
                    tuple(self.choices(group, start)),
                )
                for group in self.plan.groups
            )
        return self._items[start]

    @cached_property
    def _items(self) -> "dict[int, tuple[_Item, ...]]":
        return {}

    def choices(self, group: Group, start: int) -> list[int]:
        """The resources free for `group` if it starts then: preferred first, by id."""
        free = [
            candidate.calendar.resource_id
            for candidate in self.found[group.id]
            if candidate.can_start(start)
        ]
        return sorted(free, key=lambda pk: (pk not in self.prefer, pk))

    @property
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
            moved.add(_whose(at, visit))
        called += placement.start is None
        delay += 0 if placement.start is None else abs(placement.start - visit.start)
    return len(moved), called, delay


def by_patient(visits: Sequence[Affected]) -> list[tuple[int, ...]]:
    """The positions of each patient's visits, by time; of all not disturbed already."""
    found: dict[object, list[int]] = {}
    for at in in_order(visits):
        if not visits[at].disturbed:
            found.setdefault(_whose(at, visits[at]), []).append(at)
    return [tuple(positions) for positions in found.values()]


def in_order(visits: Sequence[Affected]) -> list[int]:
    """The positions of the visits by the time agreed."""
    return sorted(range(len(visits)), key=lambda at: (visits[at].start, at))


def _whose(at: int, visit: Affected) -> object:
    return (at,) if visit.patient is None else visit.patient


@dataclass(frozen=True, eq=False)
class _Item:
    """One group of a visit at some start: `cells` it needs, and who could serve."""

    group: Group
    cells: int
    choices: tuple[int, ...]

    def may_want_the_same(self, other: "_Item") -> bool:
        return bool(self.cells & other.cells) and not set(self.choices).isdisjoint(
            other.choices
        )


Chosen = dict[_Item, tuple[int, ...]]
Taken = Mapping[int, int]  # by resource: its cells that are chosen


def place_together(
    visits: Sequence[Affected],
    placed: Mapping[int, Placement],
    index: int,
    start: int,
) -> dict[int, Placement] | None:
    """All of them with visit `index` at `start`, or None if they do not fit together.

    Starts stay; resources change where only that makes room.
    """
    if _patient_is_elsewhere(visits, placed, index, start):
        return None
    before = _chosen_before(visits, placed)
    new = visits[index].items(start)
    chosen = _choose(new, _taken(before))
    if chosen is None:
        loose = _entangled(list(before), new)
        kept = {item: who for item, who in before.items() if item not in loose}
        chosen = _choose([*loose, *new], _taken(kept)) if loose else None
    if chosen is None:
        return None
    return _as_placements(visits, placed, {**before, **chosen}, index, start)


def _patient_is_elsewhere(
    visits: Sequence[Affected],
    placed: Mapping[int, Placement],
    index: int,
    start: int,
) -> bool:
    visit = visits[index]
    return visit.in_person and any(
        visits[i].in_person
        and visits[i].patient is not None
        and visits[i].patient == visit.patient
        and placement.start is not None
        and placement.start < start + visit.cells
        and start < placement.start + visits[i].cells
        for i, placement in placed.items()
    )


def _chosen_before(
    visits: Sequence[Affected], placed: Mapping[int, Placement]
) -> Chosen:
    return {
        item: placement.assignment[item.group.id]
        for i, placement in placed.items()
        if placement.start is not None
        for item in visits[i].items(placement.start)
    }


def _taken(chosen: Chosen) -> Taken:
    taken: dict[int, int] = {}
    for item, resources in chosen.items():
        for resource in resources:
            taken[resource] = taken.get(resource, 0) | item.cells
    return taken


def _entangled(pool: list[_Item], new: Sequence[_Item]) -> list[_Item]:
    """Those that want what the new ones want, or what such others want, and so on."""
    loose: list[_Item] = []
    frontier = list(new)
    while frontier:
        item = frontier.pop()
        found = [other for other in pool if item.may_want_the_same(other)]
        pool = [other for other in pool if other not in found]
        loose += found
        frontier += found
    return loose


def _choose(items: Sequence[_Item], taken: Taken) -> Chosen | None:
    """Resources for all items besides what is taken already; the scarcest first."""
    if not items:
        return {}
    left = [
        [pk for pk in item.choices if not taken.get(pk, 0) & item.cells]
        for item in items
    ]
    spare = [
        len(some) - item.group.count for some, item in zip(left, items, strict=True)
    ]
    at = min(range(len(items)), key=spare.__getitem__)
    if spare[at] < 0:
        return None
    item, rest = items[at], [*items[:at], *items[at + 1 :]]
    for resources in combinations(left[at], item.group.count):
        more = {pk: taken.get(pk, 0) | item.cells for pk in resources}
        chosen = _choose(rest, {**taken, **more})
        if chosen is not None:
            return {**chosen, item: resources}
    return None


def _as_placements(
    visits: Sequence[Affected],
    placed: Mapping[int, Placement],
    chosen: Chosen,
    index: int,
    start: int,
) -> dict[int, Placement]:
    starts = {i: p.start for i, p in placed.items() if p.start is not None}
    return {
        i: Placement(at, {item.group.id: chosen[item] for item in visits[i].items(at)})
        for i, at in (*starts.items(), (index, start))
    }
