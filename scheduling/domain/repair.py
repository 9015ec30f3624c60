"""Repairing a day: new times or other resources for visits that lost one.

A plan is best if it disturbs the fewest patients, then leaves the fewest to be
called, then has the least total delay. Disturbed is who does not come at the time
agreed; the delay is how far the new start lies from the old one, in cells, whichever
way. A visit only takes time that is free before the plan begins (its own counts as
free, another affected visit's does not): the plan's lines can be carried out in any
order, and one that fails harms no other.

Up to `MOST_EXACT` visits the best plan is found by branch and bound: starts are
tried in order of their delay, and a branch ends where even the nearest starts left
to each remaining visit, or the least that one scarce kind of resource allows them
together (`scheduling.domain.packing`), make no better plan. No start is left out, so
nothing is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from scheduling.domain.packing import NEVER, Mover, least_cost
from scheduling.domain.placing import (
    CALL,
    NOTHING,
    Affected,
    Cost,
    Placement,
    cost_of,
    place_together,
    plus,
)

MOST_EXACT = 10
# Moves can be taken back while their notices wait; as long as notifications holds them.
UNDO_WITHIN = timedelta(minutes=2)
# Looks at a set of starts; some seconds of work. Beyond it the plan is not proven.
MOST_LOOKS = 8_000


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
        if bound >= self.best_cost or self._tighter(placed, nearest, bound) >= (
            self.best_cost
        ):
            return
        index = max(nearest, key=lambda i: (least[i], -i))
        rest = {i: at for i, at in nearest.items() if i != index}
        others = self._bound(spent, {i: least[i] for i in rest})
        for at in range(nearest[index], len(self.visits[index].starts)):
            if plus(others, self._cost(index, at)) >= self.best_cost:
                return
            if together := self._try(placed, index, at):
                self._branch(together, called, rest)
        if plus(others, CALL) < self.best_cost:
            self._branch(placed, {**called, index: Placement()}, rest)

    def _bound(self, spent: Cost, least: Mapping[int, Cost]) -> Cost:
        for cost in least.values():
            spent = plus(spent, cost)
        return spent

    def _tighter(
        self, placed: Mapping[int, Placement], nearest: Mapping[int, int], bound: Cost
    ) -> Cost:
        """The bound, seeing that one resource serves one visit at a time."""
        movers = [
            self._mover(index, [placement.start])
            for index, placement in placed.items()
            if placement.start is not None
        ]
        movers += [
            self._mover(index, self.visits[index].starts[at:])
            for index, at in nearest.items()
            if self._cost(index, at) != CALL
        ]
        least = least_cost(movers)
        if least >= NEVER:  # they cannot all be placed: somebody more is called
            return bound[0], bound[1] + 1, 0
        return bound[0], bound[1], max(bound[2], least)

    def _mover(self, index: int, starts: Sequence[int]) -> Mover:
        visit = self.visits[index]
        return Mover(
            visit.plan, visit.found, [(s, abs(s - visit.start)) for s in starts]
        )

    def _spent(
        self, placed: Mapping[int, Placement], called: Mapping[int, Placement]
    ) -> Cost:
        cost = NOTHING
        for index, placement in (*placed.items(), *called.items()):
            cost = plus(cost, self.visits[index].cost(placement.start))
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
