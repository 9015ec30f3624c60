"""The log of messages: searched, and one of them with all that was tried."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from notifications.models import Attempt, Message, PlannedCall, ProviderEvent
from notifications.selectors import messages

LONGEST_DELAY = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The messages somebody looks for; what is empty asks for nothing.

    `since` and `until` bound the instant that a message left or, before that, is due.
    """

    patient_id: UUID | None = None
    kind: str = ""
    channel: str = ""
    states: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    due_before: datetime | None = None
    soonest_first: bool = False


def search(clinic_id: int, wish: Wish) -> QuerySet[Message]:
    """Return the clinic's messages that fit, the last first unless asked otherwise."""
    rows = messages(clinic_id, patient_id=wish.patient_id)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.channel:
        rows = rows.filter(channel=wish.channel)
    if wish.states:
        rows = rows.filter(state__in=wish.states)
    if wish.since and wish.until:
        rows = rows.filter(_between(wish.since, wish.until))
    if wish.due_before:
        rows = rows.filter(due_at__lt=wish.due_before)
    if wish.soonest_first:
        return rows.order_by("due_at", "pk")
    return rows


def _between(since: datetime, until: datetime) -> Q:
    """The first two bound what an index is asked for: none is late by a year."""
    near = Q(due_at__lt=until, due_at__gte=since - LONGEST_DELAY)
    left = Q(sent_at__gte=since, sent_at__lt=until)
    waits = Q(sent_at=None, next_at__gte=since, next_at__lt=until)
    return near & (left | waits)


def attempts(message: Message) -> QuerySet[Attempt]:
    """Return every attempt to send it with its outcome and address, the first first."""
    rows = Attempt.objects.filter(message=message).select_related("outcome", "contact")
    return rows.order_by("number")


def events(message: Message) -> QuerySet[ProviderEvent]:
    """Return what its provider told by itself, in the order it came."""
    refs = {str(message.pk), message.provider_message_id} - {""}
    rows = ProviderEvent.objects.filter(provider=message.provider, message_ref__in=refs)
    return rows.order_by(F("occurred_at").asc(nulls_last=True), "pk")


def calls_about(subjects: Collection[str]) -> QuerySet[PlannedCall]:
    """Return the calls asked for about these, the latest first."""
    rows = PlannedCall.objects.filter(subject__in=subjects).select_related("task")
    return rows.order_by("-task__created_at", "pk")


def calls_of(patient_id: UUID) -> QuerySet[PlannedCall]:
    """Return the calls asked for in place of a patient's messages, latest first."""
    rows = PlannedCall.objects.filter(patient_id=patient_id).select_related("task")
    return rows.order_by("-task__created_at", "pk")
