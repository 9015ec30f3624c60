"""Proposals for each of the visits in the way; only reads."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from core.problems import FieldError, Invalid, Problem
from scheduling.booking import plans
from scheduling.booking.claims import of_claim, spans_in
from scheduling.booking.move import ask_to_move
from scheduling.booking.rules import reasons_against
from scheduling.models import Absence, Appointment, RepairLine, RepairPlan
from scheduling.openings.candidates import claims
from scheduling.repair.greedy import one_by_one
from scheduling.repair.problem import Affected, Placement
from scheduling.repair.solve import LIMIT, Solution
from scheduling.repair.world import Case, Fixed, RepairWorld, repair_world
from scheduling.visit_types.plan import Plan

NOWHERE = "No other time is free within four weeks."
BY_HAND = "Chosen by hand."
# Questions to rules for one plan; each may take a statement or more.
MOST_ASKED = 2_000
# What each search for a plan has in any case; all the rest is of all together, as
# somebody waits.
LEAST = LIMIT / 20
Way = RepairLine.Way
Solver = Callable[[Sequence[Affected], float], Solution]


class NoOpening(Problem):
    code = "no-opening"
    status = 409
    title = "Nothing is free that way"

    def __init__(self) -> None:
        super().__init__("Choose another way or time for this visit.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """The content of one line; without a start the patient is called."""

    way: str
    start: datetime | None = None
    claims: tuple[dict[str, object], ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    proposals: Mapping[UUID, Proposal]
    method: str


def greedy(problem: Sequence[Affected], limit: float = 0.0) -> Solution:
    """Return a plan made one by one, as a solver would return its own."""
    return Solution(one_by_one(problem), exact=False)


def search_plan(
    absence: Absence,
    visits: Sequence[Appointment],
    fixed: Collection[Fixed],
    solver: Solver,
    now: datetime,
) -> Found:
    """Search again without the starts that a rule is against, until none is.

    Raises what the solver raises.
    """
    if not visits:
        return Found({}, RepairPlan.Method.EXACT)
    world = repair_world(absence, visits, fixed=fixed, now=now)
    asking, left = _Asking(world, now), LIMIT
    while True:
        found = solver([case.affected for case in world.cases], max(left, LEAST))
        left -= found.work
        pairs = zip(world.cases, found.placements, strict=True)
        cases = tuple(asking.narrowed(case, placement) for case, placement in pairs)
        if cases == world.cases:
            return _found(world, found, asking, by_solver=solver is not greedy)
        world = replace(world, cases=cases)


class _Asking:
    """The rules of other apps about new starts: each start is asked about once.

    `against` says why a visit may not have a start. A plan is `cut_short` if there
    was too much to ask: then some visit was not let go where it might have.
    """

    def __init__(self, world: RepairWorld, now: datetime) -> None:
        self.world, self.now = world, now
        self.cut_short = False
        self.against: dict[UUID, str] = {}
        self._asked: dict[tuple[UUID, int], str] = {}

    def narrowed(self, case: Case, placement: Placement) -> Case:
        """The case itself if its new start may be. If not, without all starts that
        may not be, as far as the nearest beyond it that may."""
        start = placement.start
        if start is None or not (why := self._why_not(case, start)):
            return case
        self.against[case.visit.pk] = why
        allowed = case.affected.allowed & ~self._refused(case, start)
        return replace(case, affected=replace(case.affected, allowed=allowed))

    def _refused(self, case: Case, start: int) -> int:
        refused, beyond = 0, False
        for cell in case.affected.starts:  # the nearest first
            if len(self._asked) >= MOST_ASKED:
                self.cut_short = True
                # Enough was asked: the visit may only stay at the start agreed.
                return ~(1 << case.affected.start)
            why = self._why_not(case, cell)
            if beyond and not why:
                break
            refused |= 1 << cell if why else 0
            beyond = beyond or cell == start
        return refused

    def _why_not(self, case: Case, cell: int) -> str:
        key = case.visit.pk, cell
        if cell == case.affected.start:
            return ""
        if key not in self._asked:
            start = self.world.grid.instant(cell)
            reasons = reasons_against(
                ask_to_move(case.visit, case.kind, start, self.now)
            )
            self._asked[key] = " ".join(reason.text for reason in reasons)
        return self._asked[key]


def _found(
    world: RepairWorld, found: Solution, asking: _Asking, *, by_solver: bool
) -> Found:
    method = RepairPlan.Method.FOUND if by_solver else RepairPlan.Method.GREEDY
    if found.exact and not asking.cut_short:
        method = RepairPlan.Method.EXACT
    pairs = zip(world.cases, found.placements, strict=True)
    proposals = {
        case.visit.pk: _proposal(
            world, case, placement, asking.against.get(case.visit.pk, "")
        )
        for case, placement in pairs
    }
    return Found(proposals, method)


def _proposal(
    world: RepairWorld, case: Case, placement: Placement, against: str = ""
) -> Proposal:
    if placement.start is None:
        return Proposal(Way.CALL, detail=(case.call_first or against or NOWHERE)[:300])
    start = world.grid.instant(placement.start)
    wanted = claims(case.plan, placement.assignment, start)
    return Proposal(
        _way(case.visit.start, start, world),
        start,
        tuple(map(of_claim, wanted)),
        case.call_first,
    )


def _way(before: datetime, start: datetime, world: RepairWorld) -> str:
    if start == before:
        return Way.SAME_TIME
    same = start.astimezone(world.zone).date() == before.astimezone(world.zone).date()
    return Way.SAME_DAY if same else Way.FIRST_OPENING


def by_hand(
    absence: Absence,
    line: RepairLine,
    fixed: Collection[Fixed],
    way: str,
    start: datetime | None,
    now: datetime,
) -> Proposal:
    if start is None and way == Way.CALL:
        return Proposal(Way.CALL, detail=BY_HAND)
    world = repair_world(absence, [line.appointment], fixed=fixed, hand=True, now=now)
    [case] = world.cases
    allowed = _allowed(world, case, way, start)
    case = replace(case, affected=replace(case.affected, allowed=allowed))
    asking = _Asking(world, now)
    placement = _nearest(case, asking)
    if placement.start is not None:
        return _proposal(world, case, placement)
    if asking.against:
        raise Invalid([FieldError("/way", asking.against[case.visit.pk])])
    raise NoOpening


def _nearest(case: Case, asking: _Asking) -> Placement:
    """The nearest start that no rule is against, if there is one."""
    while True:
        [placement] = one_by_one([case.affected])
        narrowed = asking.narrowed(case, placement)
        if narrowed is case:
            return placement
        case = narrowed


def _allowed(world: RepairWorld, case: Case, way: str, start: datetime | None) -> int:
    """The starts of this way among those the visit could have."""
    if start is not None:
        cell = world.grid.floor(start)
        inside = 0 <= cell < world.grid.cells and world.grid.instant(cell) == start
        return case.affected.allowed & (1 << cell) if inside else 0
    return sum(
        1 << cell
        for cell in case.affected.starts
        if _way(case.visit.start, world.grid.instant(cell), world) == way
    )


def fixed_by(lines: Iterable[RepairLine], waiting: Collection[int] = ()) -> list[Fixed]:
    """The lines as they are. Those at the positions `waiting` come after a line that
    is not among them: what they have is not free when its turn comes."""
    lines = list(lines)
    plans_by_visit = plans.plans_of([line.appointment for line in lines])
    return [
        Fixed(
            line.appointment_id,
            line.appointment.patient_id,
            line.appointment.in_person,
            line.start is not None and line.position not in waiting,
            _time(line.start, plans_by_visit[line.appointment_id]),
            tuple(spans_in(line.claims)),
            disturbs=line.way != Way.SAME_TIME,
        )
        for line in lines
    ]


def _time(start: datetime | None, plan: Plan) -> tuple[datetime, datetime] | None:
    if start is None:
        return None
    return start, start + timedelta(minutes=plan.length_minutes)
