"""Plans that repair a day: proposed, changed by hand, proposed anew.

Nothing here writes to a visit. A plan is edited under its own row's lock, and only
before it is carried out.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from core import journal, locks
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound, Problem, StaleVersion
from scheduling.absences import selectors as absences
from scheduling.absences.services import AbsenceOver
from scheduling.booking.errors import InvalidStart
from scheduling.booking.instants import instant_of
from scheduling.models import Absence, Conflict, RepairLine, RepairPlan
from scheduling.repair import selectors
from scheduling.repair.planning import (
    Found,
    Proposal,
    by_hand,
    fixed_by,
    search_plan,
)
from scheduling.repair.turns import needed_by, put_in_order, waiting_for

Way = RepairLine.Way


class PlanAtWork(Problem):
    code = "plan-at-work"
    status = 409
    title = "This plan is being carried out, or was"

    def __init__(self) -> None:
        super().__init__("It can no longer be changed; look at how far it is.")


class TimePromised(Problem):
    code = "time-promised"
    status = 409
    title = "Another line takes the time that this visit gives up"

    def __init__(self, positions: Iterable[int]) -> None:
        which = ", ".join(map(str, sorted(positions)))
        super().__init__(f"Change line {which} first, or plan the others anew.")


class NothingToRepair(Problem):
    code = "nothing-to-repair"
    status = 409
    title = "No visit is in the way"

    def __init__(self) -> None:
        super().__init__("Every conflict of this absence is resolved.")


@transaction.atomic
def propose(
    *, absence_id: UUID, clinic_id: int, by: Actor, now: datetime
) -> RepairPlan:
    """A plan for every visit with an open conflict; one proposed before is dropped.

    Raises NotFound, AbsenceOver, PlanAtWork, NothingToRepair.
    """
    absence = _absence(absence_id, clinic_id)
    _drop_proposed(absence, now)
    conflicts = list(absences.open_conflicts_of(absence))
    if not conflicts:
        raise NothingToRepair
    found = search_plan(absence, [c.appointment for c in conflicts], (), now)
    plan = RepairPlan.objects.create(
        clinic_id=clinic_id,
        absence=absence,
        method=found.method,
        made_by=str(by),
        created_at=now,
    )
    _store(plan, conflicts, found)
    put_in_order(plan)
    _record("repair.proposed", plan, by, now)
    return plan


@transaction.atomic
def replan(
    *, plan_id: UUID, clinic_id: int, version: int, by: Actor, now: datetime
) -> RepairPlan:
    """Plan all lines anew but the locked ones. Raises as the other changes do.

    A locked line is planned anew, too, if it counted on a visit that is kept since.
    Where all are locked, nothing changes.
    """
    plan = lock_proposed(plan_id, clinic_id, version)
    opened = {c.appointment_id: c for c in absences.open_conflicts_of(plan.absence)}
    kept = _kept(plan, opened)
    plan.lines.exclude(pk__in=[line.pk for line in kept]).delete()
    rest = [c for pk, c in opened.items() if pk not in {x.appointment_id for x in kept}]
    found = search_plan(
        plan.absence, [c.appointment for c in rest], fixed_by(kept), now
    )
    _store(plan, rest, found)
    _number(plan)
    put_in_order(plan)
    plan.method = found.method if rest else plan.method
    _touch(plan)
    _record("repair.replanned", plan, by, now)
    return plan


def _kept(plan: RepairPlan, opened: Collection[UUID]) -> list[RepairLine]:
    lines = list(selectors.lines(plan))
    stay = {
        line.position
        for line in lines
        if line.conflict.resolution == Conflict.Resolution.KEPT
    }
    return [
        line
        for line in lines
        if line.locked
        and line.appointment_id in opened
        and stay.isdisjoint(needed_by(lines, line))
    ]


@transaction.atomic
def set_locked(
    *,
    plan_id: UUID,
    position: int,
    clinic_id: int,
    version: int,
    locked: bool,
    by: Actor,
    now: datetime,
) -> RepairLine:
    """Keep a line as it is when the rest is planned anew, or no longer.

    Lines whose time it takes are kept with it; one that is no longer kept takes those
    that come after it along.
    """
    plan = lock_proposed(plan_id, clinic_id, version)
    line = _line(plan, position)
    lines = list(selectors.lines(plan))
    others = needed_by(lines, line) if locked else waiting_for(lines, line)
    plan.lines.filter(position__in=[position, *others]).update(locked=locked)
    _touch(plan)
    _record("repair.line_locked" if locked else "repair.line_unlocked", plan, by, now)
    line.refresh_from_db()
    return line


@transaction.atomic
def set_way(
    *,
    plan_id: UUID,
    position: int,
    clinic_id: int,
    version: int,
    way: str = "",
    start: datetime | None = None,
    by: Actor,
    now: datetime,
) -> RepairLine:
    """Give one visit another way, or an exact start; the line is locked by it, and
    so are lines whose time it takes.

    The other lines stay as they are and keep their time; that the plan is the best
    is said no more. A naive `start` is the clinic's wall clock. Raises NoOpening,
    TimePromised, Invalid, NotFound, StaleVersion, PlanAtWork.
    """
    plan = lock_proposed(plan_id, clinic_id, version)
    line = _line(plan, position)
    if start is None and way not in Way.values:
        raise Invalid([FieldError("/way", f"Choose one of {', '.join(Way.values)}.")])
    if start is not None:
        zone = ZoneInfo(plan.absence.resource.clinic.time_zone)
        start = instant_of(start, zone, InvalidStart)
    _fill(line, _chosen(plan, line, way, start, now))
    line.appointment_version = line.appointment.version
    line.locked = True
    line.save()
    put_in_order(plan)
    line.refresh_from_db()
    needed = needed_by(list(selectors.lines(plan)), line)
    plan.lines.filter(position__in=needed).update(locked=True)
    plan.method = RepairPlan.Method.BY_HAND
    _touch(plan)
    _record("repair.line_changed", plan, by, now)
    return line


def _chosen(
    plan: RepairPlan, line: RepairLine, way: str, start: datetime | None, now: datetime
) -> Proposal:
    """Lines that come after this one count on the time that its visit gives up."""
    lines = list(selectors.lines(plan))
    waiting = waiting_for(lines, line)
    if waiting and start is None and way == Way.CALL:
        raise TimePromised(waiting)
    others = fixed_by((one for one in lines if one.pk != line.pk), waiting)
    return by_hand(plan.absence, line, others, way, start, now)


def lock_proposed(plan_id: UUID, clinic_id: int, version: int) -> RepairPlan:
    """The plan under its lock. Raises NotFound, StaleVersion, PlanAtWork."""
    plan = lock_plan(plan_id, clinic_id)
    if plan.version != version:
        raise StaleVersion(plan.version)
    if plan.state != RepairPlan.State.PROPOSED:
        raise PlanAtWork
    return plan


def lock_plan(plan_id: UUID, clinic_id: int) -> RepairPlan:
    rows = RepairPlan.objects.filter(pk=plan_id, clinic_id=clinic_id)
    locked = locks.lock(rows.select_related("absence__resource__clinic"))
    if not locked:
        raise NotFound("There is no such plan at this clinic.")
    return locked[0]


def _absence(absence_id: UUID, clinic_id: int) -> Absence:
    absence = absences.absence(absence_id, clinic_id)
    if absence is None:
        raise NotFound("There is no such absence at this clinic.")
    locks.lock(Absence.objects.filter(pk=absence.pk))
    absence.refresh_from_db()
    if absence.ended_at is not None:
        raise AbsenceOver
    return absence


def _drop_proposed(absence: Absence, now: datetime) -> None:
    states = RepairPlan.State
    for plan in locks.lock(absence.plans.all()):
        if plan.state in {states.APPLYING, states.UNDOING}:
            raise PlanAtWork
        if plan.state == states.PROPOSED:
            plan.state, plan.finished_at = states.DROPPED, now
            plan.save(update_fields=["state", "finished_at"])


def _store(plan: RepairPlan, conflicts: Iterable[Conflict], found: Found) -> None:
    highest = plan.lines.count()
    for position, conflict in enumerate(conflicts, highest + 1):
        line = RepairLine(
            plan=plan,
            conflict=conflict,
            appointment=conflict.appointment,
            appointment_version=conflict.appointment.version,
            position=position,
        )
        _fill(line, found.proposals[conflict.appointment_id])
        line.save()


def _fill(line: RepairLine, proposal: Proposal) -> None:
    line.way, line.start = proposal.way, proposal.start
    line.claims, line.detail = list(proposal.claims), proposal.detail[:300]


def _number(plan: RepairPlan) -> None:
    ordered = plan.lines.order_by("appointment__during", "pk")
    for position, line in enumerate(ordered, 1):
        RepairLine.objects.filter(pk=line.pk).update(position=position)


def _line(plan: RepairPlan, position: int) -> RepairLine:
    line = selectors.lines(plan).filter(position=position).first()
    if line is None:
        raise NotFound("There is no such line in this plan.")
    return line


def _touch(plan: RepairPlan) -> None:
    plan.version += 1
    plan.save(update_fields=["version", "method"])


def _record(name: str, plan: RepairPlan, by: Actor, now: datetime) -> None:
    journal.record(
        name,
        subject=f"resource:{plan.absence.resource_id}",
        by=by,
        at=now,
        payload={
            "plan": plan.pk,
            "absence": plan.absence_id,
            "method": plan.method,
            "version": str(plan.version),
        },
    )
