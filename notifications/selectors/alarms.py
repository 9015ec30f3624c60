"""Alarms as people meet them: who has been paged, and what nobody has heard."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from notifications.domain import states
from notifications.domain.catalogue import ON_CALL_PAGE
from notifications.models import Message
from patients import selectors as patients

if TYPE_CHECKING:
    from patients.models import Task

# A page in one of these is on its way to somebody, or has come.
PAGING = (
    states.SCHEDULED,
    states.CLAIMED,
    states.SENDING,
    states.UNCERTAIN,
    states.ACCEPTED,
    states.DELIVERED,
)


def is_told(tasks: "Collection[Task]") -> bool:
    """True if somebody is being paged about one of these, or has taken it on."""
    if any(task.acknowledged_at for task in tasks):
        return True
    pages = Message.objects.filter(task__in=tasks, kind=ON_CALL_PAGE)
    return bool(tasks) and pages.filter(state__in=PAGING).exists()


def unheard(clinic_id: int, now: datetime) -> "QuerySet[Task]":
    """The clinic's alarms that reached nobody, or that nobody took on in time."""
    paged = Message.objects.filter(
        task_id=OuterRef("pk"), kind=ON_CALL_PAGE, state__in=PAGING
    )
    waiting = patients.unanswered_alarms(clinic_id)
    late = Q(escalate_at__lte=now)
    return waiting.filter(late | ~Exists(paged)).order_by("tier", "created_at", "pk")
