"""Repairing a day: new times or other resources for visits that lost one.

A plan is best if it disturbs the fewest patients, then leaves the fewest to be
called, then has the least total delay. Disturbed is who does not come at the time
agreed; the delay is how far the new start lies from the old one, in cells, whichever
way. A visit only takes time that is free before the plan begins (its own counts as
free, another affected visit's does not): the plan's lines can be carried out in any
order, and one that fails harms no other.

Up to `MOST_EXACT` visits the best plan is found, and proven best, in two steps: the
largest sets of visits that can keep their start, then for each of them the best plan
for the others (`scheduling.domain.proving`). No start is left out, so nothing is lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from math import gcd

from scheduling.domain.placing import (
    Affected,
    Placement,
    cost_of,
    place_together,
)
from scheduling.domain.pricing import Option
from scheduling.domain.proving import Looks, OutOfLooks, Placed, Proof

MOST_EXACT = 10
# Moves can be taken back while their notices wait; as long as notifications holds them.
UNDO_WITHIN = timedelta(minutes=2)
# Looks at a set of starts; some seconds of work. Beyond it the plan is not proven.
MOST_LOOKS = 50_000


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


# --- The best there is ------------------------------------------------------------


class _Search:
    """`best` is the best plan so far."""

    def __init__(
        self, visits: Sequence[Affected], best: tuple[Placement, ...], most_looks: int
    ) -> None:
        self.visits = visits
        self.best = best
        self.looks = Looks(most_looks)
        delays = [[abs(s - v.start) for s in v.starts] for v in visits]
        self.unit = gcd(*(delay for some in delays for delay in some)) or 1
        # More than all delays together: fewer calls are always better.
        self.call = sum(max(some, default=0) for some in delays) + self.unit

    def run(self) -> bool:
        """True if `best` is proven best."""
        try:
            for staying in self._most_that_stay():
                self._prove(staying)
        except OutOfLooks:
            return False
        return True

    def _most_that_stay(self) -> Sequence[tuple[int, ...]]:
        """The largest sets of visits that can keep their start together."""
        able = [i for i, v in enumerate(self.visits) if v.start in v.starts[:1]]
        for size in range(len(able), 0, -1):
            if found := [s for s in combinations(able, size) if self._stay(s)]:
                return found
        return [()]

    def _stay(self, some: Iterable[int]) -> bool:
        placed: Placed = {}
        for i in some:
            option = Option(self.visits[i].start, 0)
            together = self.looks.place(self.visits, placed, i, option)
            if together is None:
                return False
            placed = together
        return True

    def _prove(self, staying: tuple[int, ...]) -> None:
        options = {
            i: [Option(visit.start, 0)] if i in staying else self._moves(visit)
            for i, visit in enumerate(self.visits)
        }
        proof = Proof(self.visits, options, self._total(staying), self.unit, self.looks)
        try:
            proof.run()
        finally:
            self.best = proof.best or self.best

    def _moves(self, visit: Affected) -> list[Option]:
        moves = [Option(s, abs(s - visit.start)) for s in visit.starts]
        return [*(m for m in moves if m.cost), Option(None, self.call)]

    def _total(self, staying: tuple[int, ...]) -> int:
        """What a better plan must cost less than, with so many staying."""
        disturbed, called, delay = cost_of(self.visits, self.best)
        if disturbed > len(self.visits) - len(staying):
            return self.call * (len(self.visits) + 1)
        return called * self.call + delay
