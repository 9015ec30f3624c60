"""Repairing a day: new times or other resources for visits that lost one.

A plan is best if it disturbs the fewest patients, then leaves the fewest to be
called, then has the least total delay. Disturbed is who does not come at the time
agreed; the delay is how far the new start lies from the old one, in cells, whichever
way. A visit only takes time that is free before the plan begins (its own counts as
free, another affected visit's does not): the plan's lines can be carried out in any
order, and one that fails harms no other.

Up to `MOST_EXACT` visits the best plan is found by branch and bound: starts are
tried in order of their delay, and a branch ends where even the nearest starts left
to each remaining visit make no better plan. No start is left out, so nothing is lost.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import combinations

from scheduling.domain.assignment import Assignment
from scheduling.domain.bits import has, positions
from scheduling.domain.grid import ceil_cells
from scheduling.domain.packing import least_sum_of_starts
from scheduling.domain.plan import Group, Plan
from scheduling.domain.search import Candidates, possible_starts

MOST_EXACT = 10
# Moves can be taken back while their notices wait; as long as notifications holds them.
UNDO_WITHIN = timedelta(minutes=2)
# Looks at a set of starts; some seconds of work. Beyond it the plan is not proven.
MOST_LOOKS = 6000
Cost = tuple[int, int, int]  # disturbed, to be called, delay in cells
NOTHING: Cost = (0, 0, 0)
CALL: Cost = (1, 1, 0)


@dataclass(frozen=True, eq=False)
class Affected:
    """A visit that lost a resource: its own plan, and where it can go.

    `start` is the cell agreed; `allowed` the cells at which it may start; `found`
    who is free for it, with its own time given back; those of `prefer` come first. In
    person, two visits of one `patient` never overlap.
    """

    plan: Plan
    start: int
    allowed: int
    found: Candidates
    patient: object = None
    prefer: frozenset[int] = frozenset()

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Possible starts, the nearest first, of two as near the earlier."""
        possible = positions(possible_starts(self.plan, self.found, self.allowed))
        return tuple(sorted(possible, key=lambda cell: (abs(cell - self.start), cell)))

    def cost(self, start: int | None) -> Cost:
        if start is None:
            return CALL
        return NOTHING if start == self.start else (1, 0, abs(start - self.start))

    def choices(self, group: Group, start: int) -> list[int]:
        """The resources free for `group` if it starts then: preferred first, by id."""
        free = [
            candidate.calendar.resource_id
            for candidate in self.found[group.id]
            if has(candidate.starts, start)
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


@dataclass(frozen=True, slots=True)
class Repair:
    """One placement for each visit, in their order. `exact` if proven best."""

    placements: tuple[Placement, ...]
    exact: bool


def repair(visits: Sequence[Affected], most_looks: int = MOST_LOOKS) -> Repair:
    """The best plan, or beyond `MOST_EXACT` visits or too many looks a good one."""
    first = one_by_one(visits)
    if len(visits) > MOST_EXACT:
        return Repair(first, exact=False)
    search = _Search(visits, first, most_looks)
    exact = search.run()
    return Repair(search.best, exact)


def one_by_one(visits: Sequence[Affected]) -> tuple[Placement, ...]:
    """Those who can stay stay; then each takes its nearest start, by time."""
    placed: dict[int, Placement] = {}
    by_time = sorted(range(len(visits)), key=lambda i: (visits[i].start, i))
    for index in by_time:
        stay = [s for s in visits[index].starts[:1] if s == visits[index].start]
        placed = _first_that_fits(visits, placed, index, stay)
    for index in [i for i in by_time if i not in placed]:
        placed = _first_that_fits(visits, placed, index, visits[index].starts)
    return tuple(placed.get(index, Placement()) for index in range(len(visits)))


def _first_that_fits(
    visits: Sequence[Affected],
    placed: dict[int, Placement],
    index: int,
    starts: Sequence[int],
) -> dict[int, Placement]:
    for start in starts:
        if together := place_together(visits, placed, index, start):
            return together
    return placed


def cost_of(visits: Sequence[Affected], placements: Sequence[Placement]) -> Cost:
    total = NOTHING
    for visit, placement in zip(visits, placements, strict=True):
        total = _plus(total, visit.cost(placement.start))
    return total


def _plus(one: Cost, other: Cost) -> Cost:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


# --- Many visits at once --------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Item:
    """One group of one visit at a start: what resources are chosen for."""

    visit: int
    group: Group
    occupied: tuple[tuple[int, int], ...]
    choices: Sequence[int]

    def clashes(self, other: "_Item") -> bool:
        return any(
            start < other_end and other_start < end
            for start, end in self.occupied
            for other_start, other_end in other.occupied
        )


Chosen = Mapping[_Item, tuple[int, ...]]


def place_together(
    visits: Sequence[Affected],
    placed: Mapping[int, Placement],
    index: int,
    start: int,
) -> dict[int, Placement] | None:
    """All of them with visit `index` at `start`, or None if they do not fit together.

    Starts stay; resources change where only that makes room.
    """
    starts = {i: p.start for i, p in placed.items() if p.start is not None}
    if _patient_is_elsewhere(visits, starts, index, start):
        return None
    new = list(_items(visits[index], index, start))
    before = {
        item: tuple(placed[i].assignment[item.group.id])
        for i, at in starts.items()
        for item in _items(visits[i], i, at)
    }
    chosen = _choose(new, before) or _choose([*before, *new], {})
    return _as_placements(chosen, {**starts, index: start}) if chosen else None


def _patient_is_elsewhere(
    visits: Sequence[Affected], starts: Mapping[int, int], index: int, start: int
) -> bool:
    visit = visits[index]
    return any(
        visits[i].patient is not None
        and visits[i].patient == visit.patient
        and at < start + visit.cells
        and start < at + visits[i].cells
        for i, at in starts.items()
    )


def _items(visit: Affected, index: int, start: int) -> Iterator[_Item]:
    for group in visit.plan.groups:
        occupied = tuple((start + begin, start + end) for begin, end in group.occupied)
        yield _Item(index, group, occupied, visit.choices(group, start))


def _choose(items: Sequence[_Item], chosen: Chosen) -> Chosen | None:
    """Resources for all items besides those chosen already; the scarcest first."""
    if not items:
        return chosen
    left = {item: _left_for(item, chosen) for item in items}
    item = min(items, key=lambda i: len(left[i]) - i.group.count)
    if len(left[item]) < item.group.count:
        return None
    rest = [other for other in items if other is not item]
    for resources in combinations(left[item], item.group.count):
        complete = _choose(rest, {**chosen, item: resources})
        if complete is not None:
            return complete
    return None


def _left_for(item: _Item, chosen: Chosen) -> list[int]:
    busy = {
        resource
        for other, resources in chosen.items()
        if item.clashes(other)
        for resource in resources
    }
    return [resource for resource in item.choices if resource not in busy]


def _as_placements(chosen: Chosen, starts: Mapping[int, int]) -> dict[int, Placement]:
    served: dict[int, dict[int, tuple[int, ...]]] = {index: {} for index in starts}
    for item, resources in chosen.items():
        served[item.visit][item.group.id] = resources
    return {index: Placement(starts[index], served[index]) for index in starts}


# --- Branch and bound -------------------------------------------------------------


class _OutOfLooks(Exception):
    """There is more to look at than anybody waits for."""


class _Search:
    """Depth first; `best` is the best plan so far."""

    def __init__(
        self, visits: Sequence[Affected], best: tuple[Placement, ...], most_looks: int
    ) -> None:
        self.visits = visits
        self.best = best
        self.best_cost = cost_of(visits, best)
        self.looks_left = most_looks

    def run(self) -> bool:
        """True if `best` is proven best."""
        try:
            self._branch({}, {}, dict.fromkeys(range(len(self.visits)), 0))
        except _OutOfLooks:
            return False
        return True

    def _branch(
        self,
        placed: Mapping[int, Placement],
        called: Mapping[int, Placement],
        nearest: Mapping[int, int],
    ) -> None:
        """Place the visits left; `nearest` is where in its starts each goes on."""
        spent = self._spent(placed, called)
        if not nearest:
            self._keep({**placed, **called}, spent)
            return
        nearest = {i: self._nearest(placed, i, at) for i, at in nearest.items()}
        least = {i: self._cost(i, at) for i, at in nearest.items()}
        bound = self._bound(spent, least)
        if bound >= self.best_cost:
            return
        if not placed and not called and self._is_proven(bound, least):
            return
        index = max(nearest, key=lambda i: (least[i], -i))
        rest = {i: at for i, at in nearest.items() if i != index}
        others = self._bound(spent, {i: least[i] for i in rest})
        for at in range(nearest[index], len(self.visits[index].starts)):
            if _plus(others, self._cost(index, at)) >= self.best_cost:
                return
            if together := self._try(placed, index, at):
                self._branch(together, called, rest)
        if _plus(others, CALL) < self.best_cost:
            self._branch(placed, {**called, index: Placement()}, rest)

    def _bound(self, spent: Cost, least: Mapping[int, Cost]) -> Cost:
        for cost in least.values():
            spent = _plus(spent, cost)
        return spent

    def _is_proven(self, bound: Cost, least: Mapping[int, Cost]) -> bool:
        """The plan at hand is as good as packing who must move ever so tightly."""
        moved = [self.visits[i] for i, cost in least.items() if cost[:2] == (1, 0)]
        if bound[:2] != self.best_cost[:2] or not moved:
            return False
        tightest = least_sum_of_starts(
            [(visit.plan, visit.found, visit.starts) for visit in moved]
        )
        agreed = sum(visit.start for visit in moved)
        return tightest is not None and tightest - agreed >= self.best_cost[2]

    def _spent(
        self, placed: Mapping[int, Placement], called: Mapping[int, Placement]
    ) -> Cost:
        cost = NOTHING
        for index, placement in (*placed.items(), *called.items()):
            cost = _plus(cost, self.visits[index].cost(placement.start))
        return cost

    def _cost(self, index: int, at: int) -> Cost:
        visit = self.visits[index]
        return visit.cost(visit.starts[at]) if at < len(visit.starts) else CALL

    def _nearest(self, placed: Mapping[int, Placement], index: int, at: int) -> int:
        """The first of its starts that fits the placed ones: more only take away."""
        while at < len(self.visits[index].starts):
            if self._try(placed, index, at):
                break
            at += 1
        return at

    def _try(
        self, placed: Mapping[int, Placement], index: int, at: int
    ) -> dict[int, Placement] | None:
        self.looks_left -= 1
        if self.looks_left < 0:
            raise _OutOfLooks
        start = self.visits[index].starts[at]
        return place_together(self.visits, placed, index, start)

    def _keep(self, placed: Mapping[int, Placement], cost: Cost) -> None:
        if cost < self.best_cost:
            self.best_cost = cost
            self.best = tuple(placed[i] for i in range(len(self.visits)))
