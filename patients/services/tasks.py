"""Tasks of the clinic: open, acknowledge, escalate, close."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clinics import selectors as clinics
from clinics.domain import roles
from core import events, journal, locks
from core.actor import Actor
from core.problems import NotFound, Problem
from patients.domain import calls, escalation
from patients.domain.fields import Fault, text_faults
from patients.events import TaskAcknowledged, TaskClosed, TaskEscalated, TaskOpened
from patients.models import Patient, Task
from patients.services import faults
from patients.services.row_locks import lock

CALL_WITHIN = timedelta(hours=4)
OUTCOME_LENGTH = 500
# Who may have spoken to the patient about a red flag.
CLINICIANS = (roles.CLINICIAN, roles.MEDICAL_DIRECTOR)


class AlreadyClosed(Problem):
    code = "task-closed"
    status = 409
    title = "This task is closed already"


@transaction.atomic
def open(  # noqa: A001  (always called as tasks.open)
    *,
    clinic_id: int,
    kind: str,
    text: str,
    owner_role: str = "",
    owner_id: int | None = None,
    patient_id: UUID | None = None,
    subject: str = "",
    tier: int | None = None,
    due_at: datetime | None = None,
    grace_minutes: int = 0,
    escalate_at: datetime | None = None,
    by: Actor,
    now: datetime,
) -> Task:
    """Ask `owner_role` to do something by `due_at`.

    With `tier` (1 to 4, of a red flag) the times not given follow the protocol.
    An open task of the same kind, subject and tier is returned as it is. Raises
    ValueError if neither `due_at` nor `tier` is given.
    """
    standing = ""
    if patient_id is not None:
        patient = lock(patient_id)
        _check_clinic(patient, clinic_id)
        standing = patient.standing
    same = Task.objects.filter(
        clinic_id=clinic_id, kind=kind, subject=subject, tier=tier, done_at=None
    )
    if subject and (found := same.first()):
        return found
    times = _times(clinic_id, tier, due_at, escalate_at, now)
    task = Task.objects.create(
        clinic_id=clinic_id,
        patient_id=patient_id,
        kind=kind,
        text=text,
        subject=subject,
        owner_role=owner_role or _owner_of(tier),
        owner_id=owner_id,
        tier=tier,
        created_at=now,
        due_at=times.due_at,
        grace_minutes=grace_minutes,
        escalate_at=times.escalate_at,
    )
    payload = {"kind": kind, "subject": subject, "tier": tier, "due_at": times.due_at}
    _record("task.opened", task, payload, by=by, now=now)
    if why := calls.not_made(kind, tier, standing):
        return close(task_id=task.pk, outcome=why, by=by, now=now)
    events.publish(TaskOpened(task_id=task.pk, patient_id=patient_id, occurred_at=now))
    return task


@transaction.atomic
def acknowledge(
    *, task_id: UUID, clinic_id: int | None = None, by: Actor, now: datetime
) -> Task:
    """Somebody has seen it and takes it on; a second time changes nothing.

    Raises AlreadyClosed, NotFound.
    """
    task = lock_task(task_id, clinic_id)
    if task.done_at:
        raise AlreadyClosed
    if task.acknowledged_at is None:
        _acknowledge(task, by, now)
    return task


@transaction.atomic
def close(
    *,
    task_id: UUID,
    clinic_id: int | None = None,
    outcome: str = "",
    contacted_at: datetime | None = None,
    clinician_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Task:
    """It is done. A task of tier 1 or 2 needs the clinician, the time and the outcome.

    A clinician who closes it is the clinician unless another is named. Raises
    core.problems.Invalid, AlreadyClosed, NotFound.
    """
    task = lock_task(task_id, clinic_id)
    if task.done_at:
        raise AlreadyClosed
    clinician_id = clinician_id or _self_if_clinician(by)
    outcome = outcome.strip()
    faults.check(_close_faults(task, outcome, contacted_at, clinician_id, now))
    if task.acknowledged_at is None:
        _acknowledge(task, by, now)
    task.clinician_id, task.contacted_at = clinician_id, contacted_at
    task.outcome, task.done_at, task.done_by = outcome, now, str(by)
    task.save()
    payload = {"clinician_id": clinician_id, "contacted_at": contacted_at}
    _record("task.closed", task, payload, by=by, now=now)
    events.publish(
        TaskClosed(task_id=task.pk, patient_id=task.patient_id, occurred_at=now)
    )
    return task


def close_about(
    *, subjects: Collection[str], outcome: str, kind: str = "", by: Actor, now: datetime
) -> None:
    """Close the open tasks (of that kind) about these: they are not needed.

    The patients are locked already.
    """
    waiting = Task.objects.filter(subject__in=subjects, done_at=None)
    if kind:
        waiting = waiting.filter(kind=kind)
    for task_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        close(task_id=task_id, outcome=outcome, by=by, now=now)


def open_again(*, subject: str, closed_at: datetime, by: Actor, now: datetime) -> None:
    """Ask once more for what was closed at that instant: it is needed after all.

    The closed tasks stay on record as they are. The patient is locked already.
    """
    closed = Task.objects.filter(subject=subject, done_at=closed_at)
    for task in list(closed.order_by("pk")):
        open(
            clinic_id=task.clinic_id,
            kind=task.kind,
            text=task.text,
            owner_role=task.owner_role,
            owner_id=task.owner_id,
            patient_id=task.patient_id,
            subject=subject,
            tier=task.tier,
            due_at=task.due_at,
            grace_minutes=task.grace_minutes,
            escalate_at=task.escalate_at,
            by=by,
            now=now,
        )


@transaction.atomic
def escalate(*, task_id: UUID, by: Actor, now: datetime) -> bool:
    """Hand a task nobody acknowledged in time to the medical director.

    False if it needs no more: looked at again under the lock.
    """
    task = lock_task(task_id)
    waits = not (task.done_at or task.acknowledged_at or task.escalated_at)
    if not waits or task.escalate_at is None or now < task.escalate_at:
        return False
    task.escalated_at, task.owner_role = now, roles.MEDICAL_DIRECTOR
    task.owner_id = None
    task.save(update_fields=["escalated_at", "owner_role", "owner"])
    _record("task.escalated", task, {"to": task.owner_role}, by=by, now=now)
    events.publish(
        TaskEscalated(task_id=task.pk, patient_id=task.patient_id, occurred_at=now)
    )
    return True


def lock_task(task_id: UUID, clinic_id: int | None = None) -> Task:
    """The task's row after its patient's, if it names one. Raises NotFound."""
    rows = Task.objects.filter(pk=task_id)
    if clinic_id is not None:
        rows = rows.filter(clinic_id=clinic_id)
    # A task never changes its patient, so reading it before the lock is safe.
    found = rows.first()
    if found is None:
        raise NotFound("There is no such task at this clinic.")
    if found.patient_id is not None:
        lock(found.patient_id)
    return locks.lock(rows)[0]


def patients_of(task_ids: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The patient of each task, None for nobody; a task never changes its patient."""
    rows = Task.objects.filter(pk__in=task_ids)
    return dict(rows.values_list("pk", "patient_id"))


def lock_tasks(task_ids: Collection[UUID], *, skip_locked: bool = False) -> set[UUID]:
    """Lock several tasks in id order, their patients being locked already: which."""
    rows = Task.objects.filter(pk__in=task_ids)
    return {row.pk for row in locks.lock(rows, skip_locked=skip_locked)}


def stream_of(task: Task) -> str:
    """The journal stream a task's acts belong to: its patient's, or its subject's."""
    if task.patient_id:
        return f"patient:{task.patient_id}"
    if task.subject.partition(":")[0] in journal.STREAMS:
        return task.subject
    return f"clinic:{task.clinic_id}"


def _acknowledge(task: Task, by: Actor, now: datetime) -> None:
    task.acknowledged_at, task.acknowledged_by = now, str(by)
    # Before the event: its subscribers read the row.
    task.save(update_fields=["acknowledged_at", "acknowledged_by"])
    _record("task.acknowledged", task, {}, by=by, now=now)
    events.publish(
        TaskAcknowledged(task_id=task.pk, patient_id=task.patient_id, occurred_at=now)
    )


def _times(
    clinic_id: int,
    tier: int | None,
    due_at: datetime | None,
    escalate_at: datetime | None,
    now: datetime,
) -> escalation.Times:
    if tier is None:
        if due_at is None:
            raise ValueError("a task without a tier needs due_at")
        return escalation.Times(due_at=due_at, escalate_at=escalate_at)
    zone = ZoneInfo(clinics.clinic(clinic_id).time_zone)
    protocol = escalation.times(tier, now, zone)
    return escalation.Times(
        due_at=due_at or protocol.due_at,
        escalate_at=escalate_at or protocol.escalate_at,
    )


def _owner_of(tier: int | None) -> str:
    return roles.CLINICIAN if tier in (1, 2) else roles.COORDINATOR


def _self_if_clinician(by: Actor) -> int | None:
    return int(by.id) if by.kind == "staff" and by.role in CLINICIANS else None


def _close_faults(
    task: Task,
    outcome: str,
    contacted_at: datetime | None,
    clinician_id: int | None,
    now: datetime,
) -> list[Fault]:
    found = [Fault("outcome", fault) for fault in text_faults(outcome, OUTCOME_LENGTH)]
    if contacted_at and contacted_at > now:
        found.append(Fault("contacted_at", "The contact lies in the future; check it."))
    if clinician_id is not None and not _is_clinician(clinician_id, task.clinic_id):
        fault = "Name a clinician or the medical director of this clinic."
        found.append(Fault("clinician", fault))
    if task.is_urgent:
        found += _missing(outcome, contacted_at, clinician_id)
    return found


def _missing(
    outcome: str, contacted_at: datetime | None, clinician_id: int | None
) -> list[Fault]:
    needed = {
        "clinician": (clinician_id, "Say which clinician spoke to the patient."),
        "contacted_at": (contacted_at, "Say when they spoke to the patient."),
        "outcome": (outcome, "Say what came of it."),
    }
    return [
        Fault(name, remedy) for name, (value, remedy) in needed.items() if not value
    ]


def _is_clinician(user_id: int, clinic_id: int) -> bool:
    members = [m for role in CLINICIANS for m in clinics.staff(clinic_id, role)]
    return any(member.user_id == user_id for member in members)


def _check_clinic(patient: Patient, clinic_id: int) -> None:
    if patient.clinic_id != clinic_id:
        raise NotFound("There is no such patient at this clinic.")


def _record(
    name: str, task: Task, payload: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    whole = {"task_id": task.pk, **payload}
    journal.record(name, subject=stream_of(task), by=by, at=now, payload=whole)
