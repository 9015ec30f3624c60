"""Additions to a task after it was opened; nothing of them is ever changed."""

from django.db import models
from django.db.models import Q

NOTE_LENGTH = 2000


class TaskNote(models.Model):
    """One thing that became known about an open task: an answer, a change of it."""

    task = models.ForeignKey("patients.Task", models.PROTECT, related_name="notes")
    text = models.CharField(max_length=NOTE_LENGTH)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="task_note_says_something", condition=Q(text__regex=r"\S")
            )
        ]

    def __str__(self) -> str:
        return f"note on task {self.task_id}"
