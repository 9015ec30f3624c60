"""A broken day as a model of CP-SAT: which starts and resources go together.

OR-Tools is an extra; only `scheduling.repair.solve` imports this module, when it is
asked for a plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduling.repair.problem import Affected, Placement, whose
from scheduling.repair.waits import meeting
from scheduling.timegrid.bitset import span, spans_of
from scheduling.visit_types.plan import Group

Resource = int
SEED = 1


@dataclass(frozen=True, slots=True)
class _Visit:
    """The variables of one visit. `turn` orders those that wait for each other.

    `start` is None if the visit can go nowhere; where it is `called`, the value of
    `start` means nothing and `delay` is 0.
    """

    start: cp_model.IntVar | None
    delay: cp_model.IntVar
    called: cp_model.IntVar
    turn: cp_model.IntVar


@dataclass(frozen=True, slots=True)
class Answer:
    """A plan, or None if there is none within the limit.

    `proven` says that no plan of this model has a lower objective; `work` is in
    CP-SAT's own deterministic seconds.
    """

    placements: tuple[Placement, ...] | None
    objective: int
    proven: bool
    work: float


class RepairModel:
    """`starts` are the cells at which each visit may start, as bits.

    With `leaving_frees`, visits that do not stay vanish, and what they have is free:
    then the fewest disturbed are a lower bound of what any plan disturbs.
    """

    def __init__(
        self,
        visits: Sequence[Affected],
        starts: Sequence[int],
        *,
        leaving_frees: bool = False,
    ) -> None:
        self._visits = visits
        self._starts = starts
        self._leaving_frees = leaving_frees
        self.model = cp_model.CpModel()
        self._of = [self._variables(i) for i in range(len(visits))]
        self._serves: dict[tuple[int, int, Resource], cp_model.IntVar] = {}
        self._waits: dict[tuple[int, int], cp_model.IntVar] = {}
        self._give_resources()
        self._keep_patients_apart()
        self.disturbed = sum(self._disturbed_patients())
        self.called = sum(one.called for one in self._of)
        self.delay = sum(one.delay for one in self._of)

    @property
    def strangers(self) -> cp_model.LinearExprT:
        """Places taken by resources that a visit does not prefer."""
        return sum(
            serves
            for (i, _, pk), serves in self._serves.items()
            if pk not in self._visits[i].prefer
        )

    def call_only(self, placements: Sequence[Placement]) -> None:
        """Call exactly those whom this plan calls."""
        for one, placement in zip(self._of, placements, strict=True):
            self.model.add(one.called == (placement.start is None))

    def begin_with(self, placements: Sequence[Placement]) -> None:
        """Give the solver a plan to begin its search with."""
        for i, (one, placement) in enumerate(zip(self._of, placements, strict=True)):
            self.model.add_hint(one.called, placement.start is None)
            if placement.start is None or one.start is None:
                continue
            self.model.add_hint(one.start, placement.start)
            delay = abs(placement.start - self._visits[i].start)
            self.model.add_hint(one.delay, delay)
            for group in self._visits[i].plan.groups:
                chosen = placement.assignment.get(group.id, ())
                for candidate in self._visits[i].found[group.id]:
                    serves = self._serves.get((i, group.id, candidate.resource_id))
                    if serves is not None:
                        self.model.add_hint(serves, candidate.resource_id in chosen)

    def minimize(self, objective: cp_model.LinearExprT, limit: float) -> Answer:
        """Search for so many deterministic seconds: the same plan on every machine."""
        self.model.minimize(objective)
        solver = cp_model.CpSolver()
        # Several workers, or a limit by the clock, would plan the same day differently
        # twice. Probing costs more than all the rest on days of this size.
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = SEED
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.max_deterministic_time = limit
        status = solver.solve(self.model)
        work = solver.response_proto.deterministic_time
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Answer(None, 0, proven=False, work=work)
        return Answer(
            self._placements(solver),
            round(solver.objective_value),
            proven=status == cp_model.OPTIMAL,
            work=work,
        )

    # --- Variables and rules ----------------------------------------------------------

    def _variables(self, i: int) -> _Visit:
        model, visit, starts = self.model, self._visits[i], self._starts[i]
        called = model.new_bool_var(f"called {i}")
        turn = model.new_int_var(0, len(self._visits) - 1, f"turn {i}")
        if not starts:
            model.add(called == 1)
            return _Visit(None, model.new_constant(0), called, turn)
        start = model.new_int_var_from_domain(_domain(starts), f"start {i}")
        spans = spans_of(starts)
        first, last = spans[0][0], spans[-1][1]
        far = max(abs(first - visit.start), abs(last - visit.start))
        delay = model.new_int_var(0, far, f"delay {i}")
        model.add(delay >= start - visit.start).only_enforce_if(~called)
        model.add(delay >= visit.start - start).only_enforce_if(~called)
        model.add(delay == 0).only_enforce_if(called)
        return _Visit(start, delay, called, turn)

    def _disturbed_patients(self) -> list[cp_model.IntVar]:
        """One variable for each patient not disturbed already."""
        moved: dict[object, list[cp_model.IntVar]] = {}
        for i, visit in enumerate(self._visits):
            if not visit.disturbed:
                moved.setdefault(whose(i, visit), []).append(self._moved(i))
        patients = []
        for some in moved.values():
            disturbed = self.model.new_bool_var("disturbed")
            self.model.add_max_equality(disturbed, some)
            patients.append(disturbed)
        return patients

    def _moved(self, i: int) -> cp_model.IntVar:
        visit, one = self._visits[i], self._of[i]
        if one.start is None:
            return one.called
        moved = self.model.new_bool_var(f"moved {i}")
        self.model.add_implication(one.called, moved)
        if self._starts[i] >> visit.start & 1:
            self.model.add(one.start == visit.start).only_enforce_if(~moved)
        else:
            self.model.add(moved == 1)
        return moved

    def _give_resources(self) -> None:
        """Each group has its resources unless its visit is called; none serves two."""
        taken: dict[Resource, list[cp_model.IntervalVar]] = {}
        for i, visit in enumerate(self._visits):
            if self._of[i].start is None:
                continue
            for group in visit.plan.groups:
                serving = self._candidates(i, group, taken)
                needed = group.count * ~self._of[i].called
                self.model.add(sum(serving) == needed)
        for intervals in taken.values():
            self.model.add_no_overlap(intervals)

    def _candidates(
        self, i: int, group: Group, taken: dict[Resource, list[cp_model.IntervalVar]]
    ) -> list[cp_model.IntVar]:
        """One variable for each resource that may serve the group."""
        model, start, starts = self.model, self._of[i].start, self._starts[i]
        assert start is not None
        serving = []
        for candidate in self._visits[i].found[group.id]:
            pk, free = candidate.resource_id, candidate.starts & starts
            if not free:
                continue
            serves = model.new_bool_var(f"{pk} serves {group.id} of {i}")
            self._serves[i, group.id, pk] = serves
            serving.append(serves)
            if free != starts:
                model.add_linear_expression_in_domain(
                    start, _domain(free)
                ).only_enforce_if(serves)
            for begin, end in group.occupied:
                taken.setdefault(pk, []).append(
                    model.new_optional_fixed_size_interval_var(
                        start + begin, end - begin, serves, f"{pk} at {i} from {begin}"
                    )
                )
            for j, other in enumerate(self._visits):
                if j != i and pk in other.held:
                    self._wait(i, j, free, meeting(group, other.held[pk]), serves)
        return serving

    def _keep_patients_apart(self) -> None:
        """Nobody is at two visits at once, nor at one while another is still agreed."""
        for i, visit in enumerate(self._visits):
            for j, other in enumerate(self._visits):
                if i != j and visit.shares_patient(other):
                    meets = span(
                        other.start - visit.cells + 1, other.start + other.cells
                    )
                    comes = ~self._of[i].called
                    self._wait(i, j, self._starts[i], meets, comes)
        here: dict[object, list[cp_model.IntervalVar]] = {}
        for i, visit in enumerate(self._visits):
            start = self._of[i].start
            if visit.in_person and visit.patient is not None and start is not None:
                here.setdefault(visit.patient, []).append(
                    self.model.new_optional_fixed_size_interval_var(
                        start, visit.cells, ~self._of[i].called, f"patient at {i}"
                    )
                )
        for intervals in here.values():
            self.model.add_no_overlap(intervals)

    def _wait(
        self, i: int, j: int, free: int, meets: int, chosen: cp_model.LiteralT
    ) -> None:
        """If `chosen`, visit i comes after j where it takes time that j still has.

        Turns are whole numbers, so nobody waits for themselves through others. Who is
        called keeps their time.
        """
        start = self._of[i].start
        if start is None or not free & meets:
            return
        if (i, j) not in self._waits:
            self._waits[i, j] = self._new_wait(i, j)
        clear = free & ~meets
        if clear:
            self.model.add_linear_expression_in_domain(
                start, _domain(clear)
            ).only_enforce_if(chosen, ~self._waits[i, j])
        else:
            self.model.add_implication(chosen, self._waits[i, j])

    def _new_wait(self, i: int, j: int) -> cp_model.IntVar:
        waits = self.model.new_bool_var(f"{i} waits for {j}")
        after = self.model.add(self._of[i].turn >= self._of[j].turn + 1)
        if self._leaving_frees:
            after.only_enforce_if(waits, ~self._of[j].called)
        else:
            after.only_enforce_if(waits)
            self.model.add_implication(waits, ~self._of[j].called)
        return waits

    def _placements(self, solver: cp_model.CpSolver) -> tuple[Placement, ...]:
        return tuple(
            Placement()
            if one.start is None or solver.value(one.called)
            else Placement(solver.value(one.start), self._assignment(i, solver))
            for i, one in enumerate(self._of)
        )

    def _assignment(
        self, i: int, solver: cp_model.CpSolver
    ) -> Mapping[int, tuple[Resource, ...]]:
        chosen: dict[int, list[Resource]] = {
            g.id: [] for g in self._visits[i].plan.groups
        }
        for (visit, group, pk), serves in self._serves.items():
            if visit == i and solver.value(serves):
                chosen[group].append(pk)
        return {group: tuple(sorted(some)) for group, some in chosen.items()}


def _domain(bits: int) -> cp_model.Domain:
    return cp_model.Domain.from_intervals([[b, e - 1] for b, e in spans_of(bits)])
