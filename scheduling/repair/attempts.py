"""One line of a repair plan: tried, put off or given up, its patient to be called."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from core import events
from core.actor import Actor
from core.db import Busy, unit_of_work
from core.problems import Problem
from patients.services import tasks
from patients.services.patients import lock as lock_patient
from scheduling.booking.errors import SlotTaken
from scheduling.booking.visit_conflicts import call_about
from scheduling.models import Appointment, RepairLine, RepairPlan

log = structlog.get_logger()

CALL_WITHIN = timedelta(hours=1)
CALL_TEXT = "Call the patient: their visit cannot be as agreed. Ask what suits them."
FAILED_TEXT = (
    "Call the patient: their visit cannot be as agreed, and the plan could not change "
    "it."
)
STAYS_TEXT = (
    "The plan was undone, but this visit could not be moved back. Decide where it is "
    "to be, and call the patient."
)
TAKEN = "The time or a resource was taken in the meantime."
STAYS = "It was to take time that line {} gives up, but that visit stays."
LATER = "It could not be done just now; it is tried again by itself."
UNEXPECTED = "Something unexpected stopped it; the fault is in the log."
State = RepairLine.State
CAN_MOVE = {Appointment.Status.BOOKED, Appointment.Status.ARRIVED}


def attempt(
    work: Callable[[], None], line_id: int, waiting: str, by: Actor, now: datetime
) -> None:
    """Do one line that is `waiting`; what is in its way is written on it, in words.

    Nothing is raised, so that the others go on: a fault of ours is in the log, and a
    line that is merely busy waits on and is tried at the next ring.
    """
    try:
        unit_of_work(work)
    except Problem as problem:
        _note(partial(_fail, line_id, waiting, _words(problem), by, now), line_id)
    except Busy:
        _note(partial(_put_off, line_id, waiting), line_id)
    except Exception as error:  # noqa: BLE001  (it is noted and named, not hidden)
        _report("repair_line_failed", line_id, error)
        _note(partial(_fail, line_id, waiting, UNEXPECTED, by, now), line_id)


def lock_line(line_id: int) -> RepairLine:
    """The line under its patient's lock."""
    rows = RepairLine.objects.select_related(
        "plan__absence", "appointment", "conflict", "move"
    )
    lock_patient(rows.get(pk=line_id).appointment.patient_id)
    return rows.get(pk=line_id)


def give_up(line: RepairLine, text: str, by: Actor, now: datetime) -> None:
    """The line failed, for this reason; somebody calls unless there is no need."""
    line.state, line.detail = State.FAILED, text[:300]
    if line.plan.state != RepairPlan.State.UNDOING:
        if line.conflict.resolved_at is None:
            ask_to_call(line, FAILED_TEXT, by, now)
    elif line.appointment.status in CAN_MOVE:
        ask_to_call(line, STAYS_TEXT, by, now)


def ask_to_call(line: RepairLine, text: str, by: Actor, now: datetime) -> None:
    tasks.open(
        clinic_id=line.plan.clinic_id,
        patient_id=line.appointment.patient_id,
        kind="call_patient",
        text=text,
        subject=call_about(line.conflict_id),
        owner_role="coordinator",
        due_at=now + CALL_WITHIN,
        by=by,
        now=now,
    )


def _words(problem: Problem) -> str:
    if isinstance(problem, SlotTaken):
        return TAKEN
    return f"{problem.title}. {problem.detail}"


def _fail(line_id: int, waiting: str, text: str, by: Actor, now: datetime) -> None:
    line = lock_line(line_id)
    if line.state != waiting:  # Another worker was faster.
        return
    give_up(line, _reason(line, text), by, now)
    line.save(update_fields=["state", "detail"])


def _reason(line: RepairLine, text: str) -> str:
    """Return `text`; of a taken time, name the failed line before it that keeps it."""
    stays = line.plan.lines.filter(position__in=line.after, state=State.FAILED)
    first = stays.order_by("position").first() if text == TAKEN else None
    return STAYS.format(first.position) if first else text


def _put_off(line_id: int, waiting: str) -> None:
    # Without the patient's lock: that is what could not be had.
    RepairLine.objects.filter(pk=line_id, state=waiting).update(detail=LATER)


def _note(note: Callable[[], None], line_id: int) -> None:
    """Its row still says that it is to be done, if this cannot be written either."""
    try:
        unit_of_work(note)
    except Exception as error:  # noqa: BLE001  (the line is tried again, and named)
        _report("repair_line_not_noted", line_id, error)


def _report(name: str, line_id: int, error: Exception) -> None:
    # Class and place only: the message may hold values.
    log.error(name, line=line_id, error=type(error).__name__, place=events.place(error))
