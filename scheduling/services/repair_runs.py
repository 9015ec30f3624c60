"""Carrying a repair plan out, and back: one transaction per patient.

A run can stop anywhere. Which lines are still to do is in their rows, each changed in
the transaction that moves its visit, under the patient's lock; whoever carries on
(the task that was rung for, or beat) begins with the first of them, and two at once
do each line once. A line that cannot be done says why and stays for the call list.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from clinics import selectors as clinics
from core import journal
from core.actor import Actor, job
from core.db import unit_of_work
from core.problems import Problem
from core.refusal import Refused
from patients.services import tasks
from patients.services.patients import lock as lock_patient
from scheduling.models import Appointment, RepairLine, RepairPlan, Reservation, Resource
from scheduling.selectors import repair as selectors
from scheduling.services import absences, booking
from scheduling.services.problems import SlotTaken
from scheduling.services.repair_plans import PlanAtWork, lock_plan, lock_proposed
from scheduling.services.reserving import lock_resources, resources_of

if TYPE_CHECKING:
    from scheduling.models import Absence

TASK = "scheduling.tasks.carry_on_repair"
CALL_WITHIN = timedelta(hours=1)
CALL_TEXT = "Call the patient: their visit cannot be as agreed, and no other time fits."
NOT_NEEDED = "The plan was undone."
TAKEN = "The time or a resource was taken in the meantime."
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
    """From here on the plan is carried out, in the name of `by`.

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
def undo(*, plan_id: UUID, clinic_id: int, by: Actor, now: datetime) -> RepairPlan:
    """Move all visits back while nobody has been told. Raises UndoOver, PlanAtWork."""
    plan = lock_plan(plan_id, clinic_id)
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
    by = _in_whose_name(plan)
    if plan.state == RepairPlan.State.APPLYING:
        for line_id in _ids(plan, State.PROPOSED):
            _do(partial(_apply_line, line_id, by, now), line_id, State.FAILED)
    if plan.state == RepairPlan.State.UNDOING:
        for line_id in reversed(_ids(plan, State.DONE)):
            _do(partial(_undo_line, line_id, by, now), line_id, State.DONE)
    unit_of_work(partial(_finish, plan.pk, plan.clinic_id, by, now))


def carry_on_all(*, now: datetime) -> int:
    """Every plan that somebody started and nobody finished; how many there were."""
    states = RepairPlan.State
    waiting = RepairPlan.objects.filter(state__in=[states.APPLYING, states.UNDOING])
    ids = list(waiting.order_by("created_at").values_list("pk", flat=True))
    for plan_id in ids:
        carry_on(plan_id=plan_id, now=now)
    return len(ids)


def _ring(plan: RepairPlan) -> None:
    """Ask a worker; may fail, as beat asks again."""
    ring = partial(current_app.send_task, TASK, args=[str(plan.pk)], ignore_result=True)
    transaction.on_commit(ring, robust=True)


def _ids(plan: RepairPlan, state: str) -> list[int]:
    waiting = plan.lines.filter(state=state).order_by("position")
    return list(waiting.values_list("pk", flat=True))


def _in_whose_name(plan: RepairPlan) -> Actor:
    kind, _, key = plan.made_by.partition(":")
    if kind == "staff":
        member = clinics.membership_for(clinics.user(int(key)), plan.clinic_id)
        if member is not None:
            return clinics.actor_for(member)
    return job(key if kind == "job" else "repair", plan.clinic_id)


def _do(line: Callable[[], None], line_id: int, state: str) -> None:
    """One line; what is in its way is written on it, in words."""
    try:
        unit_of_work(line)
    except Problem as problem:
        text = TAKEN if isinstance(problem, SlotTaken) else _words(problem)
        unit_of_work(partial(_note, line_id, state, text))


def _words(problem: Problem) -> str:
    return f"{problem.title}. {problem.detail}"


def _note(line_id: int, state: str, text: str) -> None:
    line = _lock_line(line_id)
    line.state, line.detail = state, text[:300]
    line.save(update_fields=["state", "detail"])


def _lock_line(line_id: int) -> RepairLine:
    """The line under its patient's lock."""
    rows = RepairLine.objects.select_related(
        "plan__absence", "appointment", "conflict", "move"
    )
    lock_patient(rows.get(pk=line_id).appointment.patient_id)
    return rows.get(pk=line_id)


# --- Forward ----------------------------------------------------------------------


def _apply_line(line_id: int, by: Actor, now: datetime) -> None:
    line = _lock_line(line_id)
    if line.state != State.PROPOSED:
        return
    if line.conflict.resolved_at is not None:
        line.state, line.detail = State.FAILED, _settled(line)
    elif line.way == Way.CALL:
        _ask_to_call(line, by, now)
    else:
        _change(line, by, now)
    line.save(update_fields=["state", "detail", "move", "done_at"])


def _settled(line: RepairLine) -> str:
    return f"Not needed any more: the visit was {line.conflict.resolution}."


def _ask_to_call(line: RepairLine, by: Actor, now: datetime) -> None:
    visit = line.appointment
    tasks.open(
        clinic_id=line.plan.clinic_id,
        patient_id=visit.patient_id,
        kind="call_patient",
        text=CALL_TEXT,
        subject=_call_of(line),
        owner_role="coordinator",
        due_at=now + CALL_WITHIN,
        by=by,
        now=now,
    )
    line.state, line.done_at = State.DONE, now


def _call_of(line: RepairLine) -> str:
    return f"conflict:{line.conflict_id}"


def _change(line: RepairLine, by: Actor, now: datetime) -> None:
    done = _reassign_or_move(line, by, now)
    if isinstance(done, Refused):
        line.state = State.FAILED
        line.detail = " ".join(reason.text for reason in done.reasons)[:300]
        return
    line.move = done.moves.get(version=done.version)
    line.state, line.done_at = State.DONE, now


def _reassign_or_move(
    line: RepairLine, by: Actor, now: datetime
) -> Appointment | Refused:
    """With the very resources of the plan: others may be another line's."""
    planned = {claim["resource"] for claim in line.claims}
    strangers = Resource.objects.filter(clinic_id=line.plan.clinic_id).exclude(
        pk__in=planned
    )
    asked: dict[str, Any] = {
        "appointment_id": line.appointment_id,
        "version": line.appointment_version,
        "avoiding": frozenset(strangers.values_list("pk", flat=True)),
        "reason": line.plan.absence.get_kind_display(),
        "by": by,
        "now": now,
    }
    if line.way == Way.SAME_TIME:
        return booking.reassign(**asked)
    assert line.start is not None
    return booking.move(start=line.start, **asked)


# --- Back -------------------------------------------------------------------------


def _undo_line(line_id: int, by: Actor, now: datetime) -> None:
    line = _lock_line(line_id)
    if line.state != State.DONE:
        return
    if line.way == Way.CALL:
        _take_call_back(line, by, now)
    else:
        _move_back(line, by, now)
    line.save(update_fields=["state", "detail"])


def _take_call_back(line: RepairLine, by: Actor, now: datetime) -> None:
    tasks.close_about(
        subject=_call_of(line),
        clinic_id=line.plan.clinic_id,
        outcome=NOT_NEEDED,
        by=by,
        now=now,
    )
    line.state = State.UNDONE


def _move_back(line: RepairLine, by: Actor, now: datetime) -> None:
    """The old time is the absence's now; it gives it up and the conflict is open."""
    assert line.move is not None
    absence = line.plan.absence
    lock_resources(
        {claim["resource"] for claim in line.move.from_claims}
        | resources_of(line.appointment)
    )
    absence.refresh_from_db()
    _make_room(line, absence, now)
    done = booking.undo_move(
        appointment_id=line.appointment_id, version=line.move.version, by=by, now=now
    )
    if isinstance(done, Refused):
        line.detail = " ".join(reason.text for reason in done.reasons)[:300]
    else:
        line.state = State.UNDONE
    if absence.ended_at is None:
        absences.reserve_free(absence)
        if line.state == State.UNDONE:
            _reopen(line)


def _make_room(line: RepairLine, absence: "Absence", now: datetime) -> None:
    assert line.move is not None
    where = Q(pk=None)
    for claim in line.move.from_claims:
        start, end = map(datetime.fromisoformat, (claim["start"], claim["end"]))
        where |= Q(
            resource=claim["resource"], period__overlap=DateTimeTZRange(start, end)
        )
    Reservation.objects.filter(where, absence=absence, released_at=None).update(
        released_at=now
    )


def _reopen(line: RepairLine) -> None:
    conflict = line.conflict
    conflict.resolved_at = None
    conflict.resolution = conflict.resolution_reason = conflict.resolved_by = ""
    conflict.save()


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
