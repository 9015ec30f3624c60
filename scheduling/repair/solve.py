"""Repairing a day: new times or other resources for visits that lost one.

A plan is best if it disturbs the fewest patients, then leaves the fewest visits to a
call, then has the least total delay. Disturbed is who does not come at every time
agreed, with one visit or with several; the delay is how far a new start lies from the
old one, in cells, whichever way. Visits move one after the other, into time that is
free when their turn comes: also what one before them gave up. No two change places, as
neither could be the first.

Up to `MOST_EXACT` patients the best plan is found, and proven best, in two steps: the
largest sets of patients that may keep all their starts, then for each of them the best
plan for the others (`scheduling.repair.proving`); if there is none, smaller sets. No
start is left out, so nothing is lost: a patient who must be disturbed may still keep
one start of two.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial, reduce
from itertools import chain, combinations
from math import gcd

from scheduling.repair.pricing import Option
from scheduling.repair.problem import (
    Affected,
    Placement,
    by_patient,
    cost_of,
    in_order,
    whose,
)
from scheduling.repair.proving import Looks, OutOfLooks, Proof
from scheduling.repair.together import Placed, Together

MOST_EXACT = 10  # patients
Patients = tuple[tuple[int, ...], ...]  # the positions of each one's visits
# Moves can be taken back while their notices wait; as long as notifications holds them.
UNDO_WITHIN = timedelta(minutes=2)
# Looks at a set of starts; some seconds of work. Beyond it the plan is not proven.
MOST_LOOKS = 100_000


@dataclass(frozen=True, slots=True)
class Repair:
    """One placement for each visit, in their order. `exact` if proven best; so many
    `looks` it took."""

    placements: tuple[Placement, ...]
    exact: bool
    looks: int = 0


def repair(visits: Sequence[Affected], most_looks: int = MOST_LOOKS) -> Repair:
    """The best plan, or beyond `MOST_EXACT` patients or too many looks a good one."""
    first = one_by_one(visits)
    if len({whose(at, visit) for at, visit in enumerate(visits)}) > MOST_EXACT:
        return Repair(first, exact=False)
    search = _Search(visits, first, most_looks)
    exact = search.run()
    return Repair(search.best, exact, most_looks - search.looks.left)


def one_by_one(visits: Sequence[Affected]) -> tuple[Placement, ...]:
    """Patients who can stay stay; then each visit takes its nearest start, by time,
    and those for whom there was none ask again once others have left."""
    together = Together(visits)
    placed: Placed = {}
    for patient in by_patient(visits):
        placed = _staying(together, placed, patient) or placed
    left = [i for i in in_order(visits) if i not in placed]
    while left:
        placed = reduce(partial(_first_that_fits, together), left, placed)
        asked, left = left, [i for i in left if i not in placed]
        if asked == left:
            break
    return tuple(placed.get(index, Placement()) for index in range(len(visits)))


def _staying(together: Together, placed: Placed, some: Iterable[int]) -> Placed | None:
    """All of these at the start agreed besides what is placed, None if they cannot."""
    for i in some:
        visit, others = together.visits[i], _others(together, placed, i)
        if not visit.can_stay:
            return None
        more = together.place(placed, i, visit.start, others)
        if more is None:
            return None
        placed = more
    return placed


def _first_that_fits(together: Together, placed: Placed, index: int) -> Placed:
    others = _others(together, placed, index)
    for start in together.visits[index].starts:
        if more := together.place(placed, index, start, others):
            return more
    return placed


def _others(together: Together, placed: Placed, index: int) -> int:
    """Those not placed yet, as a set: one by one nobody takes what they have."""
    every = range(len(together.visits))
    return sum(1 << i for i in every if i != index and i not in placed)


# --- The best there is ------------------------------------------------------------


class _Search:
    """`best` is the best plan so far."""

    def __init__(
        self, visits: Sequence[Affected], best: tuple[Placement, ...], most_looks: int
    ) -> None:
        self.visits = visits
        self.best = best
        self.looks = Looks(visits, most_looks)
        self.patients = by_patient(visits)
        delays = [[abs(s - v.start) for s in v.starts] for v in visits]
        self.unit = gcd(*(delay for some in delays for delay in some)) or 1
        # More than all delays together: fewer calls are always better.
        self.call = sum(max(some, default=0) for some in delays) + self.unit

    def run(self) -> bool:
        """True if `best` is proven best."""
        try:
            for size in range(len(self.patients), -1, -1):
                for staying in self._that_stay(size):
                    self._prove(staying)
                if len(self.patients) - size >= cost_of(self.visits, self.best)[0]:
                    break
        except OutOfLooks:
            return False
        return True

    def _that_stay(self, size: int) -> Iterable[Patients]:
        """The sets of so many patients that may keep all their starts together, if
        those they wait for can leave: whether these can is not asked here."""
        able = [p for p in self.patients if all(self.visits[i].can_stay for i in p)]
        return (some for some in combinations(able, size) if self._stay(some))

    def _stay(self, some: Patients) -> bool:
        placed: Placed | None = {}
        for i in chain.from_iterable(some):
            if placed is not None:
                placed = self.looks.place(placed, i, Option(self.visits[i].start, 0))
        return placed is not None

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
