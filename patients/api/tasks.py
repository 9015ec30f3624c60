"""Tasks over REST: list, acknowledge, close."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema

from clinics.domain import policy
from clinics.web.rest import ApiRequest, Endpoint
from patients import selectors
from patients.api import serializers
from patients.models import Task
from patients.services import tasks


class TaskList(Endpoint):
    actions = {"GET": "task.read"}
    page_order = selectors.TASK_ORDER
    query = serializers.TasksQuery

    @extend_schema(parameters=[serializers.TasksQuery], responses=serializers.TaskPage)
    def get(self, request: ApiRequest) -> dict[str, Any]:
        state = self.asked()["state"]
        rows = selectors.tasks(self.clinic.pk, now=request.now, state=state)
        role = request.actor.role
        rows = rows.prefetch_related("notes")
        page = self.page(rows, lambda task: answer(task, role, request.now))
        shown = {task["patient"] for task in page["results"]} - {None}
        self.record_access(*sorted(shown), deliberate=False)
        return page


class TaskAcknowledge(Endpoint):
    actions = {"POST": "task.write"}

    @extend_schema(request=serializers.Nothing, responses=serializers.TaskAnswer)
    def post(self, request: ApiRequest, task_id: UUID) -> dict[str, Any]:
        serializers.Nothing.read(request.data)
        task = tasks.acknowledge(
            task_id=task_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        self.record_access(*_patients(task))
        return answer(task, request.actor.role, request.now)


class TaskClose(Endpoint):
    actions = {"POST": "task.write"}

    @extend_schema(request=serializers.Closing, responses=serializers.TaskAnswer)
    def post(self, request: ApiRequest, task_id: UUID) -> dict[str, Any]:
        sent = serializers.Closing.read(request.data)
        task = tasks.close(
            task_id=task_id,
            clinic_id=self.clinic.pk,
            outcome=sent.get("outcome", ""),
            contacted_at=sent.get("contacted_at"),
            clinician_id=sent.get("clinician"),
            by=request.actor,
            now=request.now,
        )
        self.record_access(*_patients(task))
        return answer(task, request.actor.role, request.now)


def answer(task: Task, role: str, now: datetime) -> dict[str, Any]:
    """Return the whole task as JSON.

    The outcome and the notes of a red flag are for those who treat.
    """
    may_read = not task.tier or policy.may(role, "episode.read_clinical").allowed
    outcome: str | None = task.outcome
    if task.is_urgent and not may_read:
        outcome = None
    notes = task.notes.all() if may_read else ()
    return {
        "id": str(task.pk),
        "kind": task.kind,
        "text": task.text,
        "subject": task.subject,
        "patient": task.patient_id and str(task.patient_id),
        "owner_role": task.owner_role,
        "owner": task.owner_id,
        "tier": task.tier,
        "state": task.state(now),
        "created_at": task.created_at.isoformat(),
        "due_at": task.due_at.isoformat(),
        "late_at": task.late_at.isoformat(),
        "escalate_at": _text(task.escalate_at),
        "escalated_at": _text(task.escalated_at),
        "acknowledged_at": _text(task.acknowledged_at),
        "acknowledged_by": task.acknowledged_by,
        "clinician": task.clinician_id,
        "contacted_at": _text(task.contacted_at),
        "outcome": outcome,
        "notes": [
            {"text": note.text, "at": note.at.isoformat(), "by": note.by}
            for note in notes
        ],
        "done_at": _text(task.done_at),
        "done_by": task.done_by,
    }


def _text(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _patients(task: Task) -> tuple[UUID, ...]:
    return (task.patient_id,) if task.patient_id else ()
