"""Carrying a repair plan out, and back: one transaction per patient.

Lines are done in their turn: one that takes time which another gives up comes after
it, and goes back before it. A run can stop anywhere. Which lines are still to do is in
their rows, each changed in the transaction that moves its visit, under the patient's
lock; whoever carries on (the task that was rung for, or beat) begins with the first of
them, and two at once do each line once. A line that cannot be done says
why and stays for the call list.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from clinics import selectors as clinics
from core import events, journal
from core.actor import Actor, job
from core.db import Busy, unit_of_work
from core.problems import Problem, StaleVersion
from core.refusal import Refused
from patients.services import tasks
from scheduling.absences import selectors as absence_selectors
from scheduling.absences import services as absences
from scheduling.booking import book, claims, plans, visit_conflicts
from scheduling.booking.reserve import lock_resources, resources_of
from scheduling.models import (
    Absence,
    Appointment,
    Conflict,
    RepairLine,
    RepairPlan,
    Reservation,
    Resource,
)
from scheduling.repair import selectors
from scheduling.repair.attempts import (
    CALL_TEXT,
    LATER,
    ask_to_call,
    attempt,
    give_up,
    lock_line,
)
from scheduling.repair.plans import PlanAtWork, lock_plan, lock_proposed

if TYPE_CHECKING:
    from django.db.models import QuerySet

log = structlog.get_logger()

TASK = "scheduling.tasks.carry_on_repair"
NOT_NEEDED = "The plan was undone."
State, Way = RepairLine.State, RepairLine.Way


class UndoOver(Problem):
    code = "undo-over"
    status = 409
    title = "This plan can no longer be undone"

    def __init__(self) -> None:
        super().__init__(
            "The patients are being told. Move the visits one by one instead."
        )


@transaction.atomic
def start(
    *, plan_id: UUID, clinic_id: int, version: int, by: Actor, now: datetime
) -> RepairPlan:
    """Begin to carry out the plan, in the name of `by`.

    Raises NotFound, StaleVersion, PlanAtWork.
    """
    plan = lock_proposed(plan_id, clinic_id, version)
    plan.state, plan.started_at = RepairPlan.State.APPLYING, now
    plan.made_by = str(by)
    plan.version += 1
    plan.save(update_fields=["state", "started_at", "made_by", "version"])
    _record("repair.started", plan, by, now)
    _ring(plan)
    return plan


@transaction.atomic
def undo(
    *, plan_id: UUID, clinic_id: int, version: int, by: Actor, now: datetime
) -> RepairPlan:
    """Move all visits back while nobody has been told.

    From here on no notice of theirs leaves before its visit is back, however long
    that takes. Raises NotFound, StaleVersion, UndoOver, PlanAtWork.
    """
    plan = lock_plan(plan_id, clinic_id)
    if plan.version != version:
        raise StaleVersion(plan.version)
    if plan.state != RepairPlan.State.APPLIED:
        raise PlanAtWork
    until = selectors.undo_until(plan)
    if until is None or now >= until:
        raise UndoOver
    plan.state, plan.made_by = RepairPlan.State.UNDOING, str(by)
    plan.version += 1
    plan.save(update_fields=["state", "made_by", "version"])
    _record("repair.undo_started", plan, by, now)
    _ring(plan)
    return plan


def carry_on(*, plan_id: UUID, now: datetime) -> None:
    """Do what is left of the plan; at the edge, outside any transaction."""
    plan = RepairPlan.objects.get(pk=plan_id)
    by = in_whose_name(plan)
    if plan.state == RepairPlan.State.APPLYING:
        for line_id in _ids(plan, State.PROPOSED):
            work = partial(_apply_line, line_id, by, now)
            attempt(work, line_id, State.PROPOSED, by, now)
    if plan.state == RepairPlan.State.UNDOING:
        # Backwards: a later line may have what an earlier one gave up.
        for line_id in reversed(_ids(plan, State.DONE)):
            work = partial(_undo_line, line_id, by, now)
            attempt(work, line_id, State.DONE, by, now)
    unit_of_work(partial(_finish, plan.pk, plan.clinic_id, by, now))


def carry_on_all(*, now: datetime) -> int:
    """Every plan that somebody started and nobody finished; how many there were."""
    states = RepairPlan.State
    waiting = RepairPlan.objects.filter(state__in=[states.APPLYING, states.UNDOING])
    ids = list(waiting.order_by("created_at").values_list("pk", flat=True))
    for plan_id in ids:
        _carry_on_beside_others(plan_id, now)
    return len(ids)


def _carry_on_beside_others(plan_id: UUID, now: datetime) -> None:
    try:
        carry_on(plan_id=plan_id, now=now)
    except Exception as error:  # noqa: BLE001  (it is named, and asked for again)
        log.error(  # noqa: TRY400
            "repair_plan_stopped",
            plan=str(plan_id),
            error=type(error).__name__,
            place=events.place(error),
        )


def _ring(plan: RepairPlan) -> None:
    """Ask a worker; may fail, as beat asks again."""

    def ring() -> None:
        current_app.send_task(TASK, args=[str(plan.pk)], ignore_result=True)

    # A function with a name: Django asks for it where it logs what failed.
    transaction.on_commit(ring, robust=True)


def _ids(plan: RepairPlan, state: str) -> list[int]:
    waiting = plan.lines.filter(state=state).order_by("turn", "position")
    return list(waiting.values_list("pk", flat=True))


def in_whose_name(plan: RepairPlan) -> Actor:
    kind, _, key = plan.made_by.partition(":")
    if kind == "staff":
        member = clinics.membership_for(clinics.user(int(key)), plan.clinic_id)
        if member is not None:
            return clinics.actor_for(member)
    return job(key if kind == "job" else "repair", plan.clinic_id)


# --- Forward ----------------------------------------------------------------------


def _apply_line(line_id: int, by: Actor, now: datetime) -> None:
    line = lock_line(line_id)
    if line.state != State.PROPOSED:
        return
    before = line.plan.lines.filter(position__in=line.after)
    _wait_for(before.filter(state=State.PROPOSED))
    if line.conflict.resolved_at is not None:
        line.state, line.detail = State.FAILED, _settled(line)
    elif line.way == Way.CALL:
        ask_to_call(line, CALL_TEXT, by, now)
        line.state, line.done_at = State.DONE, now
    else:
        _change(line, by, now)
    _forget_delay(line)
    line.save(update_fields=["state", "detail", "move", "done_at"])


def _wait_for(others: "QuerySet[RepairLine]") -> None:
    """Their turn is before: they are merely put off, and so is this one."""
    if others.exists():
        raise Busy


def _forget_delay(line: RepairLine) -> None:
    if line.detail == LATER:
        line.detail = ""


def _settled(line: RepairLine) -> str:
    return f"Not needed any more: the visit was {line.conflict.resolution}."


def _change(line: RepairLine, by: Actor, now: datetime) -> None:
    done = _reassign_or_move(line, by, now)
    if isinstance(done, Refused):
        give_up(line, " ".join(reason.text for reason in done.reasons), by, now)
        return
    line.move = done.moves.get(version=done.version)
    line.state, line.done_at = State.DONE, now


def _reassign_or_move(
    line: RepairLine, by: Actor, now: datetime
) -> Appointment | Refused:
    """Reassign or move the visit with the very claims of the plan.

    Other time may be another line's, even that of the same resources if they served
    other parts.
    """
    planned = claims.resources_in(line.claims)
    strangers = Resource.objects.filter(clinic_id=line.plan.clinic_id).exclude(
        pk__in=planned
    )
    asked: dict[str, Any] = {
        "appointment_id": line.appointment_id,
        "version": line.appointment_version,
        "avoiding": frozenset(strangers.values_list("pk", flat=True)),
        "claims": line.claims,
        "reason": line.plan.absence.get_kind_display(),
        "by": by,
        "now": now,
    }
    if line.way == Way.SAME_TIME:
        return book.reassign(**asked)
    assert line.start is not None
    return book.move(start=line.start, **asked)


# --- Back -------------------------------------------------------------------------


def _undo_line(line_id: int, by: Actor, now: datetime) -> None:
    line = lock_line(line_id)
    if line.state != State.DONE:
        return
    behind = line.plan.lines.filter(after__contains=line.position)
    _wait_for(behind.filter(state=State.DONE))
    if line.way == Way.CALL:
        _take_call_back(line, by, now)
    else:
        _move_back(line, by, now)
    _forget_delay(line)
    line.save(update_fields=["state", "detail"])


def _take_call_back(line: RepairLine, by: Actor, now: datetime) -> None:
    tasks.close_about(
        subjects=[visit_conflicts.call_about(line.conflict_id)],
        outcome=NOT_NEEDED,
        by=by,
        now=now,
    )
    line.state = State.UNDONE


def _move_back(line: RepairLine, by: Actor, now: datetime) -> None:
    """The old time is the absences' now that waited for it, the plan's and others;
    they give it up, and the conflicts with them are open."""
    assert line.move is not None
    lock_resources(_may_serve(line))
    waiting = _waiting(line)
    _make_room(line, waiting, now)
    done = book.undo_move(
        appointment_id=line.appointment_id, version=line.move.version, by=by, now=now
    )
    if isinstance(done, Refused):
        give_up(line, " ".join(reason.text for reason in done.reasons), by, now)
    else:
        line.state = State.UNDONE
    for absence in waiting:
        if absence.ended_at is None:
            absences.reserve_free(absence)
    if line.state == State.UNDONE:
        _reopen(line, by, now)


def _waiting(line: RepairLine) -> list[Absence]:
    """Those it was in the way of; of others it takes no time back."""
    known = line.appointment.conflicts.filter(opened_at__lte=line.done_at)
    return list(Absence.objects.filter(_had(line), conflicts__in=known).distinct())


def _reopen(line: RepairLine, by: Actor, now: datetime) -> None:
    """Reopen the conflicts that the move resolved.

    Not those of an absence that is over, or was shortened since and ends before the
    visit.
    """
    settled = line.appointment.conflicts.filter(
        absence__isnull=False,
        absence__ended_at=None,
        resolution=Conflict.Resolution.MOVED,
        resolved_at=line.done_at,
    )
    for conflict in settled.select_related("absence").order_by("pk"):
        assert conflict.absence is not None
        found = absence_selectors.in_the_way(conflict.absence, now)
        if line.appointment_id in {visit.pk for visit in found}:
            visit_conflicts.reopen(conflict, by=by, now=now)


def _may_serve(line: RepairLine) -> set[int]:
    """All that the visit has, had, or may get in their place.

    Locked at once, in id order: whoever replaces one that is taken is found only when
    the absence's time is free, and may have a lower id than those locked for that.
    """
    assert line.move is not None
    visit = line.appointment
    had = claims.resources_in(line.move.from_claims)
    alike = Resource.objects.filter(
        clinic_id=line.plan.clinic_id, kind__in=plans.plans_of([visit])[visit.pk].kinds
    )
    return {*had, *resources_of(visit)} | set(alike.values_list("pk", flat=True))


def _make_room(line: RepairLine, waiting: Iterable[Absence], now: datetime) -> None:
    Reservation.objects.filter(
        _had(line), absence__in=waiting, released_at=None
    ).update(released_at=now)


def _had(line: RepairLine) -> Q:
    """At the time, and of the resources, that it had before."""
    assert line.move is not None
    where = Q(pk=None)
    for resource, start, end in claims.spans_in(line.move.from_claims):
        where |= Q(resource=resource, period__overlap=DateTimeTZRange(start, end))
    return where


# --- The end ------------------------------------------------------------------------


def _finish(plan_id: UUID, clinic_id: int, by: Actor, now: datetime) -> None:
    plan = lock_plan(plan_id, clinic_id)
    states = RepairPlan.State
    if plan.state == states.APPLYING:
        if plan.lines.filter(state=State.PROPOSED).exists():
            return
        plan.state, plan.finished_at = states.APPLIED, now
        name = "repair.applied"
    elif plan.state == states.UNDOING:
        if plan.lines.filter(state=State.DONE).exists():
            return
        plan.state = states.UNDONE
        name = "repair.undone"
    else:
        return
    plan.version += 1
    plan.save(update_fields=["state", "finished_at", "version"])
    _record(name, plan, by, now)


def _record(name: str, plan: RepairPlan, by: Actor, now: datetime) -> None:
    done = selectors.progress(plan)
    journal.record(
        name,
        subject=f"resource:{plan.absence.resource_id}",
        by=by,
        at=now,
        payload={
            "plan": plan.pk,
            "absence": plan.absence_id,
            "lines": str(done.total),
            "failed": str(done.failed),
        },
    )
