"""Repairing a day: new times or other resources for visits that lost one.

A plan is best if it disturbs the fewest patients, then leaves the fewest visits to a
call, then has the least total delay. Disturbed is who does not come at every time
agreed, with one visit or with several; the delay is how far a new start lies from the
old one, in cells, whichever way. A visit only takes time that is free before the plan
begins (its own counts as free, another affected visit's does not): the plan's lines can
be carried out in any order, and one that fails harms no other.

Up to `MOST_EXACT` visits the best plan is found, and proven best, in two steps: the
largest sets of patients that can keep all their starts, then for each of them the best
plan for the others (`scheduling.domain.proving`). No start is left out, so nothing is
lost: a patient who must be disturbed may still keep one start of two.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, combinations
from math import gcd

from scheduling.domain.placing import (
    Affected,
    Placement,
    by_patient,
    cost_of,
    in_order,
    place_together,
)
from scheduling.domain.pricing import Option
from scheduling.domain.proving import Looks, OutOfLooks, Placed, Proof

MOST_EXACT = 10
Patients = tuple[tuple[int, ...], ...]  # the positions of each one's visits
Place = Callable[[Sequence[Affected], Placed, int, int], Placed | None]
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
    """Patients who can stay stay; then each visit takes its nearest start, by time."""
    placed: Placed = {}
    for patient in by_patient(visits):
        placed = _staying(visits, placed, patient, place_together) or placed
    for index in [i for i in in_order(visits) if i not in placed]:
        placed = _first_that_fits(visits, placed, index, visits[index].starts)
    return tuple(placed.get(index, Placement()) for index in range(len(visits)))


def _staying(
    visits: Sequence[Affected], placed: Placed, some: Iterable[int], place: Place
) -> Placed | None:
    """All of these at the start agreed besides what is placed, None if they cannot."""
    together: Placed | None = placed
    for i in some:
        if together is None or not visits[i].can_stay:
            return None
        together = place(visits, together, i, visits[i].start)
    return together


def _first_that_fits(
    visits: Sequence[Affected],
    placed: Placed,
    index: int,
    starts: Sequence[int],
) -> Placed:
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
        self.patients = by_patient(visits)
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

    def _most_that_stay(self) -> Sequence[Patients]:
        """The largest sets of patients that can keep all their starts together."""
        able = [p for p in self.patients if all(self.visits[i].can_stay for i in p)]
        for size in range(len(able), 0, -1):
            if found := [s for s in combinations(able, size) if self._stay(s)]:
                return found
        return [()]

    def _stay(self, some: Patients) -> bool:
        every = chain.from_iterable(some)
        return _staying(self.visits, {}, every, self._place) is not None

    def _place(
        self, visits: Sequence[Affected], placed: Placed, index: int, start: int
    ) -> Placed | None:
        return self.looks.place(visits, placed, index, Option(start, 0))

    def _prove(self, staying: Patients) -> None:
        fixed = set(chain.from_iterable(staying))
        options = {
            i: [Option(visit.start, 0)] if i in fixed else self._options(i, visit)
            for i, visit in enumerate(self.visits)
        }
        proof = Proof(self.visits, options, self._total(staying), self.unit, self.looks)
        try:
            proof.run()
        finally:
            self.best = proof.best or self.best

    def _options(self, index: int, visit: Affected) -> list[Option]:
        """All its starts; without the one agreed if it is the patient's only visit, as
        more would stay then than can."""
        every = [Option(s, abs(s - visit.start)) for s in visit.starts]
        only = (index,) in self.patients
        return [*(o for o in every if o.cost or not only), Option(None, self.call)]

    def _total(self, staying: Patients) -> int:
        """What a better plan must cost less than, with so many staying."""
        disturbed, called, delay = cost_of(self.visits, self.best)
        if disturbed > len(self.patients) - len(staying):
            return self.call * (len(self.visits) + 1)
        return called * self.call + delay
