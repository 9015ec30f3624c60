"""From the visits in the way to what is proposed for each; only reads."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from core.problems import FieldError, Invalid, Problem
from scheduling.domain.openings import claims
from scheduling.domain.placing import Placement
from scheduling.domain.repair import Repair, repair
from scheduling.models import Absence, Appointment, RepairLine, RepairPlan
from scheduling.selectors import plans
from scheduling.selectors.repair_world import Case, Fixed, RepairWorld, repair_world
from scheduling.services.claims import of_claim, spans_in
from scheduling.services.moving import ask_to_move
from scheduling.services.rules import reasons_against

NOWHERE = "No other time is free within four weeks."
BY_HAND = "Chosen by hand."
Way = RepairLine.Way


class NoOpening(Problem):
    code = "no-opening"
    status = 409
    title = "Nothing is free that way"

    def __init__(self) -> None:
        super().__init__("Choose another way or time for this visit.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one line says; without a start the patient is called."""

    way: str
    start: datetime | None = None
    claims: tuple[dict[str, object], ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    proposals: Mapping[UUID, Proposal]
    method: str


def search_plan(
    absence: Absence,
    visits: Sequence[Appointment],
    fixed: Collection[Fixed],
    now: datetime,
) -> Found:
    """Search again without the starts that a rule is against, until none is."""
    against: dict[UUID, str] = {}
    while visits:
        world = repair_world(absence, visits, fixed=fixed, stay=against, now=now)
        found = repair([case.affected for case in world.cases])
        refused = _refused(world, found, now)
        if not refused:
            return _found(world, found, against)
        against |= refused
    return Found({}, RepairPlan.Method.EXACT)


def _refused(world: RepairWorld, found: Repair, now: datetime) -> dict[UUID, str]:
    """Visits whose new start a rule of another app is against, and why."""
    refused = {}
    for case, placement in zip(world.cases, found.placements, strict=True):
        if placement.start in {None, case.affected.start}:
            continue
        start = world.grid.instant(placement.start or 0)
        reasons = reasons_against(ask_to_move(case.visit, case.kind, start, now))
        if reasons:
            refused[case.visit.pk] = " ".join(reason.text for reason in reasons)
    return refused


def _found(world: RepairWorld, found: Repair, against: Mapping[UUID, str]) -> Found:
    pairs = zip(world.cases, found.placements, strict=True)
    return Found(
        {
            case.visit.pk: _proposal(
                world, case, placement, against.get(case.visit.pk, "")
            )
            for case, placement in pairs
        },
        RepairPlan.Method.EXACT if found.exact else RepairPlan.Method.GREEDY,
    )


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
    [placement] = repair([replace(case.affected, allowed=allowed)]).placements
    if placement.start is None:
        raise NoOpening
    proposal = _proposal(world, case, placement)
    kind, when = case.kind, proposal.start
    assert when is not None
    ask = ask_to_move(case.visit, kind, when, now)
    if when != case.visit.start and (reasons := reasons_against(ask)):
        text = " ".join(reason.text for reason in reasons)
        raise Invalid([FieldError("/way", text)])
    return proposal


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


def fixed_by(lines: Iterable[RepairLine]) -> list[Fixed]:
    known = [line for line in lines if line.start is not None]
    lengths = plans.plans_of([line.appointment for line in known])
    return [
        Fixed(
            line.appointment.patient_id,
            line.start,
            line.start + timedelta(minutes=lengths[line.appointment_id].length_minutes),
            tuple(spans_in(line.claims)),
        )
        for line in known
        if line.start is not None
    ]
