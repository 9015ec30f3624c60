"""Plans that repair a day: changed by hand, line by line.

Nothing here writes to a visit. A plan is edited under its own row's lock, and only
before it is carried out.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from core import journal, locks
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound, Problem, StaleVersion
from scheduling.booking.errors import InvalidStart
from scheduling.booking.instants import instant_of
from scheduling.models import RepairLine, RepairPlan
from scheduling.repair import selectors
from scheduling.repair.planning import Proposal, by_hand, fixed_by
from scheduling.repair.turns import needed_by, put_in_order, waiting_for

Way = RepairLine.Way


class PlanBeingMade(Problem):
    code = "plan-being-made"
    status = 409
    title = "This plan is still being made"

    def __init__(self) -> None:
        super().__init__("Wait until it is there; that takes seconds.")


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
    touch(plan)
    record("repair.line_locked" if locked else "repair.line_unlocked", plan, by, now)
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
    TimePromised, Invalid, NotFound, StaleVersion, PlanBeingMade, PlanAtWork.
    """
    plan = lock_proposed(plan_id, clinic_id, version)
    line = _line(plan, position)
    if start is None and way not in Way.values:
        raise Invalid([FieldError("/way", f"Choose one of {', '.join(Way.values)}.")])
    if start is not None:
        zone = ZoneInfo(plan.absence.resource.clinic.time_zone)
        start = instant_of(start, zone, InvalidStart)
    fill(line, _chosen(plan, line, way, start, now))
    line.appointment_version = line.appointment.version
    line.locked = True
    line.save()
    put_in_order(plan)
    line.refresh_from_db()
    needed = needed_by(list(selectors.lines(plan)), line)
    plan.lines.filter(position__in=needed).update(locked=True)
    plan.method, plan.because = RepairPlan.Method.BY_HAND, ""
    touch(plan)
    record("repair.line_changed", plan, by, now)
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
    """Lock and return the plan.

    Raises NotFound, StaleVersion, PlanBeingMade, PlanAtWork.
    """
    plan = lock_plan(plan_id, clinic_id)
    if plan.state == RepairPlan.State.PLANNING:
        raise PlanBeingMade
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


def fill(line: RepairLine, proposal: Proposal) -> None:
    line.way, line.start = proposal.way, proposal.start
    line.claims, line.detail = list(proposal.claims), proposal.detail[:300]


def _line(plan: RepairPlan, position: int) -> RepairLine:
    line = selectors.lines(plan).filter(position=position).first()
    if line is None:
        raise NotFound("There is no such line in this plan.")
    return line


def touch(plan: RepairPlan) -> None:
    plan.version += 1
    plan.save(update_fields=["version", "method", "because"])


def record(name: str, plan: RepairPlan, by: Actor, now: datetime) -> None:
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
