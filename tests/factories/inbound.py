"""Texts that come in: `text("STOP", sender=…)`."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from notifications.models import InboundText
from notifications.services import inbound
from tests.factories.notifications import NOW

SENDER = "+17135550177"
NUMBERS = count(1)


def send(
    body: str,
    *,
    sender: str = SENDER,
    recipient: str = "+17135550100",
    event_id: str = "",
    now: datetime = NOW,
    **more: Any,
) -> InboundText:
    """Let a text come in, and return how it was kept."""
    event_id = event_id or f"SM{next(NUMBERS):030}"
    inbound.receive(
        provider="twilio",
        event_id=event_id,
        sender=sender,
        recipient=recipient,
        body=body,
        received_at=now - timedelta(seconds=2),
        now=now,
        **more,
    )
    return InboundText.objects.get(event_id=event_id)
