"""Reading the inbox: a clinic's inbound texts, a thread, and what is unread."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from core import locks
from core.problems import NotFound
from notifications.domain import inbox, states
from notifications.models import InboundText, InboxAnswer, Message

TABS = {
    "open": Q(state__in=inbox.OPEN),
    "unread": Q(state=inbox.UNREAD),
    "assigned": Q(state=inbox.ASSIGNED),
    "answered": Q(state=inbox.ANSWERED),
    "done": Q(state=inbox.DONE),
    "all": Q(),
}


def texts(clinic_id: int, tab: str = "open") -> QuerySet[InboundText]:
    """Return a clinic's inbound texts: red flags first while open, then the oldest;
    of what is over, the newest first."""
    rows = InboundText.objects.filter(TABS[tab], clinic_id=clinic_id)
    rows = rows.select_related("patient", "assigned_to")
    if tab in {"open", "unread", "assigned"}:
        return rows.order_by("tier", "created_at", "pk")
    return rows.order_by("-created_at", "pk")


def text(text_id: UUID, clinic_id: int) -> InboundText:
    """Return one inbound text. Raises NotFound, also for another clinic's."""
    rows = InboundText.objects.select_related("patient", "assigned_to", "clinic")
    found = rows.filter(pk=text_id, clinic_id=clinic_id).first()
    if found is None:
        raise NotFound("There is no such text at this clinic.")
    return found


def unread(clinic_id: int) -> int:
    """Return how many texts of the clinic nobody has read."""
    return InboundText.objects.filter(clinic_id=clinic_id, state=inbox.UNREAD).count()


def thread(found: InboundText) -> tuple[list[InboundText], list[Message]]:
    """Return the texts to and from this patient, or this number while it is nobody's.

    Each in order of time.
    """
    came = InboundText.objects.filter(clinic_id=found.clinic_id)
    went = Message.objects.filter(clinic_id=found.clinic_id, channel="sms")
    if found.patient_id:
        came = came.filter(patient_id=found.patient_id)
        to_them = Q(patient_id=found.patient_id)
        went = went.filter(to_them | Q(inbound__patient_id=found.patient_id))
    else:
        came = came.filter(sender=found.sender, patient=None)
        went = went.filter(inbound__in=came)
    sent = went.filter(Q(sent_at__isnull=False) | Q(inbound__isnull=False))
    return list(came.order_by("created_at", "pk")), list(sent.order_by("due_at", "pk"))


def of_same_person(found: InboundText) -> list[UUID]:
    """Return the ids of the texts of this patient, or of this number while it is
    nobody's."""
    rows = InboundText.objects.filter(clinic_id=found.clinic_id)
    if found.patient_id:
        rows = rows.filter(patient_id=found.patient_id)
    else:
        rows = rows.filter(sender=found.sender, patient=None)
    return list(rows.values_list("pk", flat=True))


def answers(text_ids: Collection[UUID]) -> QuerySet[InboxAnswer]:
    """Return what staff answered to these, without what was taken back."""
    rows = InboxAnswer.objects.filter(text__in=text_ids, withdrawn_at=None)
    return rows.order_by("written_at", "pk")


def texts_by_id(text_ids: Collection[UUID]) -> dict[UUID, InboundText]:
    """Return these inbound texts of whatever clinic, with clinic and patient."""
    rows = InboundText.objects.select_related("clinic", "patient__clinic")
    return rows.in_bulk(list(text_ids))


def with_waiting_answers(sender: str) -> list[InboundText]:
    """Return the texts of that number with an answer that waits, or that a STOP
    holds back."""
    waits = Q(state__in=states.WAITING) | Q(reason="opted_out")
    waiting = Message.objects.filter(waits, inbound__sender=sender)
    rows = InboundText.objects.filter(pk__in=waiting.values("inbound_id"))
    return list(rows.order_by("pk"))


def has_left(found: InboundText) -> bool:
    """Return True if the automatic answer to this text has left, or may have."""
    rows = Message.objects.filter(inbound=found, kind=found.answers_with)
    return rows.exclude(state__in=states.WAITING | states.STOPPED).exists()


def lock_texts(
    text_ids: Collection[UUID], *, skip_locked: bool = False
) -> list[InboundText]:
    """Lock several texts in id order; their patients are locked already."""
    rows = InboundText.objects.filter(pk__in=text_ids)
    return locks.lock(rows, skip_locked=skip_locked)


def was_answered_since(sender: str, clinic_id: int, since: datetime) -> bool:
    """Return True if this number was told on that day that nobody watches."""
    return InboundText.objects.filter(
        sender=sender,
        clinic_id=clinic_id,
        answers_with="text_received",
        created_at__gte=since,
    ).exists()
