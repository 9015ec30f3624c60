"""Texts that people write to us."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from notifications.models import ProviderEvent


@transaction.atomic
def receive(
    *,
    provider: str,
    event_id: str,
    sender: str,
    recipient: str,
    body: str,
    received_at: datetime,
    now: datetime,
) -> None:
    """Note that a text came, once for each event; nothing of it is kept yet."""
    event = ProviderEvent(
        provider=provider,
        event_id=event_id,
        type="inbound",
        occurred_at=received_at,
        received_at=Now(),
        applied_at=Now(),
    )
    ProviderEvent.objects.bulk_create([event], ignore_conflicts=True)
