"""REST: a clinic's messages, and taking one back; what patients say: `inbox_api`."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from clinics.web.rest import Endpoint
from clinics.web.serializers import ListQuery
from core.problems import FieldError, Invalid
from core.refusal import Refused
from notifications import inbox_api, selectors
from notifications.domain import states
from notifications.models import Message
from notifications.selectors import health
from notifications.services import messages


class MessagesQuery(ListQuery):
    patient = serializers.CharField(required=False, allow_blank=True)
    state = serializers.CharField(required=False, allow_blank=True)


class MessageList(Endpoint):
    """The messages of the clinic, of one patient, or in one state."""

    actions: ClassVar = {"GET": "message.read"}
    page_order = ("-due_at", "id")
    query = MessagesQuery

    @extend_schema(parameters=[MessagesQuery])
    def get(self, request: Request) -> Any:
        """List messages, the one due last first."""
        asked = self.asked()
        patient_id = _uuid(asked.get("patient", ""), "/patient")
        rows = selectors.messages(
            self.clinic.pk, patient_id=patient_id, state=_state(asked.get("state", ""))
        )
        page = self.page(rows, document)
        seen = {row["patient"] for row in page["results"] if row["patient"]}
        self.record_access(*seen, count=len(seen), deliberate=patient_id is not None)
        return page


class MessageCancel(Endpoint):
    """Take a message back before it leaves."""

    actions: ClassVar = {"POST": "message.cancel"}

    def post(self, request: Any, message_id: UUID) -> Any:
        """Cancel it; 409 once it has left."""
        answer = messages.cancel(
            message_id=message_id,
            clinic_id=self.clinic.pk,
            by=request.actor,
            now=request.now,
        )
        if isinstance(answer, Refused):
            return answer
        if answer.patient_id:
            self.record_access(answer.patient_id)
        return document(answer)


class SendingHealth(Endpoint):
    """Report how the clinic's messages leave, for monitoring; no patient in it."""

    actions: ClassVar = {"GET": "health.read"}

    def get(self, request: Any) -> Any:
        """Read the delays of the last hour, day and week, providers and counts."""
        return health_document(health.health(self.clinic.pk, request.now), request.now)


def health_document(found: health.Health, now: datetime) -> dict[str, Any]:
    """Return what REST tells about sending; delays in seconds."""
    return {
        "well": found.is_well,
        "delays": {
            name: {
                "handed_over": figures.handed,
                "waiting": figures.waiting,
                "p50_seconds": _seconds(figures.p50),
                "p99_seconds": _seconds(figures.p99),
                "share_under_10_seconds": figures.quick,
            }
            for name, figures in found.spans.items()
        },
        "oldest_due_seconds": _seconds(now - found.oldest.next_at)
        if found.oldest
        else None,
        "providers": [
            {
                "name": one.name,
                "carries": list(one.carries),
                "state": one.state,
                "since": one.since,
                "reason": one.reason,
            }
            for one in found.providers
        ],
        "belongs_to_another_installation": bool(found.strange),
        "counts": {name: rows.count() for name, rows in found.lists.items()},
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def document(message: Message) -> dict[str, Any]:
    """Return what REST tells about a message; its link is masked."""
    return {
        "id": str(message.pk),
        "patient": str(message.patient_id) if message.patient_id else None,
        "user": message.user_id,
        "subject": message.subject,
        "kind": message.kind,
        "channel": message.channel,
        "language": message.language,
        "state": message.state,
        "reason": message.reason,
        "due_at": message.due_at,
        "next_at": message.next_at,
        "expires_at": message.expires_at,
        "sent_at": message.sent_at,
        "attempts": message.attempts,
        "title": message.title,
        "body": message.body,
    }


def _uuid(text: str, pointer: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        error = FieldError(pointer, "Give the id as a UUID.")
        raise Invalid([error]) from None


def _state(text: str) -> str:
    if text and text not in states.STATES:
        known = ", ".join(states.STATES)
        raise Invalid([FieldError("/state", f"Choose one of: {known}.")])
    return text


urlpatterns = [
    path("messages/", MessageList.as_view(), name="messages"),
    path("sending/", SendingHealth.as_view(), name="sending"),
    path("messages/<uuid:message_id>/cancel/", MessageCancel.as_view()),
    *inbox_api.urlpatterns,
]
