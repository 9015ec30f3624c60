"""Notes on tasks: what became known after they were opened. They are only added."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import journal
from core.actor import Actor
from patients.models import Task, TaskNote
from patients.models.note import NOTE_LENGTH
from patients.services.tasks import lock_task, stream_of


@transaction.atomic
def add(*, task_id: UUID, text: str, by: Actor, now: datetime) -> TaskNote:
    """Add `text` to the task; a longer text is cut. Raises core.problems.NotFound."""
    task = lock_task(task_id)
    note = TaskNote.objects.create(
        task=task, text=text.strip()[:NOTE_LENGTH], at=now, by=str(by)
    )
    # The words may name a finding: they stay out of the journal.
    journal.record(
        "task.noted",
        subject=stream_of(task),
        by=by,
        at=now,
        payload={"task_id": task.pk, "note_id": note.pk},
    )
    return note


def add_to_all(tasks: Collection[Task], text: str, *, by: Actor, now: datetime) -> None:
    """Add the same words to each of these tasks."""
    for task in tasks:
        add(task_id=task.pk, text=text, by=by, now=now)
