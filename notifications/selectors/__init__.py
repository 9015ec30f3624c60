"""Reading messages and the demo's mailbox."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from core.problems import NotFound
from notifications.domain import states
from notifications.models import MailboxItem, Message
from notifications.selectors.trouble import trouble

__all__ = [
    "due_count",
    "mailbox",
    "message",
    "messages",
    "past_of",
    "planned_for",
    "trouble",
]


def messages(
    clinic_id: int,
    *,
    patient_id: UUID | None = None,
    state: str = "",
    subject: str = "",
) -> QuerySet[Message]:
    """Return a clinic's messages, the one due last first."""
    rows = Message.objects.filter(clinic_id=clinic_id)
    if patient_id is not None:
        rows = rows.filter(patient_id=patient_id)
    if state:
        rows = rows.filter(state=state)
    if subject:
        rows = rows.filter(subject=subject)
    return rows.select_related("patient", "user", "inbound").order_by("-due_at", "id")


def planned_for(clinic_id: int, patient_id: UUID) -> QuerySet[Message]:
    """Return the patient's messages that may still leave, the next one first."""
    rows = messages(clinic_id, patient_id=patient_id).filter(state__in=states.LIVE)
    return rows.order_by("next_at", "pk")


def past_of(clinic_id: int, patient_id: UUID) -> QuerySet[Message]:
    """Return the patient's messages that left or never will, the latest first."""
    return messages(clinic_id, patient_id=patient_id).exclude(state__in=states.LIVE)


def message(message_id: UUID, clinic_id: int) -> Message:
    """Return one message. Raises NotFound, also for another clinic's."""
    found = messages(clinic_id).filter(pk=message_id).first()
    if found is None:
        raise NotFound("There is no such message at this clinic.")
    return found


def mailbox(clinic_id: int, *, patient_id: UUID | None = None) -> QuerySet[MailboxItem]:
    """Return what people received on channel "file", newest first."""
    rows = MailboxItem.objects.filter(clinic_id=clinic_id)
    if patient_id is not None:
        rows = rows.filter(patient_id=patient_id)
    return rows.select_related("patient", "user").order_by("-received_at", "-id")


def due_count(now: datetime) -> int:
    """Return how many messages wait whose time has come, of every clinic."""
    return Message.objects.filter(state=states.SCHEDULED, next_at__lte=now).count()
