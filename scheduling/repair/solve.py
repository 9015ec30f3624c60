"""Repairing a day: new times or other resources for visits that lost one.

A plan is best if it disturbs the fewest patients, then leaves the fewest visits to a
call, then has the least total delay. Disturbed is who does not come at every time
agreed, with one visit or with several; the delay is how far a new start lies from the
old one, in cells, whichever way. Visits move one after the other, into time that is
free when their turn comes: also what one before them gave up. No two change places, as
neither could be the first.

OR-Tools CP-SAT searches in stages, each with what the ones before have settled: fewest
disturbed, fewest called, least delay, and at last who serves. Its limit is
deterministic, so that the same day gives the same plan on every machine.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduling.openings.engine import possible_starts
from scheduling.repair.greedy import one_by_one
from scheduling.repair.problem import Affected, Placement, cost_of
from scheduling.timegrid.bitset import span

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import LinearExprT

    from scheduling.repair.model import Answer, RepairModel

# Deterministic seconds of CP-SAT: the hardest of 298 generated days of ten patients
# took 3.6 of them, nearly all less than one. Beyond it the best plan found is returned,
# and not called proven.
LIMIT = 12.0
# Starts of each visit that are tried first: nearly always the best plan is among them.
NEAR = 60

FEWEST_DISTURBED = "fewest-disturbed"
LEAST_DELAY = "least-delay"
WHO_SERVES = "who-serves"


class SolverMissing(Exception):
    """OR-Tools is not installed here (the extra `planner`)."""


class WrongPlan(Exception):
    """The solver's plan costs something else than the solver says."""


@dataclass(frozen=True, slots=True)
class Solution:
    """One placement for each visit, in their order. `exact` if proven best; `work` is
    what finding it took, in deterministic seconds."""

    placements: tuple[Placement, ...]
    exact: bool
    work: float = 0.0


def solve(
    problem: Sequence[Affected],
    limit: float = LIMIT,
    tell: Callable[[str], None] = lambda stage: None,
) -> Solution:
    """Return the best plan, or beyond the limit the best that was found.

    `tell` is told each stage as it begins. Raises SolverMissing, WrongPlan.
    """
    try:
        # OR-Tools is an extra, and takes a second to load.
        from scheduling.repair.model import RepairModel  # noqa: PLC0415
    except ImportError as error:
        raise SolverMissing from error
    return _Search(problem, limit, tell, RepairModel).run()


class _Search:
    """`best` is the best plan so far, `left` what is left of the limit."""

    def __init__(
        self,
        visits: Sequence[Affected],
        limit: float,
        tell: Callable[[str], None],
        model: "type[RepairModel]",
    ) -> None:
        self.visits = visits
        self.limit = self.left = limit
        self.tell = tell
        self.model = model
        self.starts = [possible_starts(v.plan, v.found, v.allowed) for v in visits]
        self.best = one_by_one(visits)

    def run(self) -> Solution:
        self.tell(FEWEST_DISTURBED)
        exact = self._disturb_fewest()
        self.tell(LEAST_DELAY)
        exact = self._delay_least() and exact
        self.tell(WHO_SERVES)
        self._keep_who_serves()
        return Solution(self.best, exact, self.limit - self.left)

    def _disturb_fewest(self) -> bool:
        """Disturb, then call as few as can be; True if proven."""
        least = self._least_disturbed(), sum(not starts for starts in self.starts)
        near = [sum(1 << start for start in v.starts[:NEAR]) for v in self.visits]
        weight = len(self.visits) + 1  # one patient counts more than all calls
        proven = False
        for starts in (near, self.starts):
            if self._cost[:2] == least:
                return True
            model = self.model(self.visits, starts)
            model.begin_with(self.best)
            model.model.add(model.disturbed >= least[0])
            answer = self._minimize(model, weight * model.disturbed + model.called)
            self._take(answer, (weight, 1, 0))
            proven = answer.proven and starts == self.starts
        return proven or self._cost[:2] == least

    def _least_disturbed(self) -> int:
        """A lower bound: some cannot stay beside each other, even if others vanish."""
        agreed = [
            s & 1 << v.start for v, s in zip(self.visits, self.starts, strict=True)
        ]
        model = self.model(self.visits, agreed, leaving_frees=True)
        answer = self._minimize(model, model.disturbed)
        return answer.objective if answer.proven else 0

    def _delay_least(self) -> bool:
        """The least delay with so many disturbed and called; True if proven.

        No visit is later than all delay would be if it alone had what can be spared.
        """
        disturbed, called, delay = self._cost
        lowest = [
            min((abs(s - v.start) for s in v.starts[:1]), default=0)
            for v in self.visits
        ]
        spare = delay if called else delay - sum(lowest)
        starts = [
            bits & span(v.start - spare - low, v.start + spare + low + 1)
            for v, bits, low in zip(self.visits, self.starts, lowest, strict=True)
        ]
        model = self.model(self.visits, starts)
        model.begin_with(self.best)
        model.model.add(model.disturbed <= disturbed)
        model.model.add(model.called <= called)
        answer = self._minimize(model, model.delay)
        self._take(answer, (0, 0, 1))
        return answer.proven

    def _keep_who_serves(self) -> None:
        """Everybody's start as it is, with as few other resources as can be."""
        starts = [0 if one.start is None else 1 << one.start for one in self.best]
        model = self.model(self.visits, starts)
        # Calling somebody would make room for who served before.
        model.call_only(self.best)
        model.begin_with(self.best)
        answer = self._minimize(model, model.strangers)
        if answer.placements is not None:
            if cost_of(self.visits, answer.placements) != self._cost:
                raise WrongPlan
            self.best = answer.placements

    def _minimize(self, model: "RepairModel", objective: "LinearExprT") -> "Answer":
        answer = model.minimize(objective, max(self.left, 0.01))
        self.left = max(0.0, self.left - answer.work)
        return answer

    def _take(self, answer: "Answer", weights: tuple[int, int, int]) -> None:
        """Keep the better of the two plans.

        Raises WrongPlan if this one costs more than the solver says, or less than it
        says any plan does.
        """
        if answer.placements is None:
            return
        cost = cost_of(self.visits, answer.placements)
        weighed = sum(w * one for w, one in zip(weights, cost, strict=True))
        if weighed > answer.objective or (answer.proven and weighed < answer.objective):
            raise WrongPlan
        if cost <= self._cost:
            self.best = answer.placements

    @property
    def _cost(self) -> tuple[int, int, int]:
        return cost_of(self.visits, self.best)
