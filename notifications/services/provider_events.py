"""What providers tell by themselves: kept at once, applied by the sweep.

A status has a rank: accepted < delivered or undelivered; a late lower one changes
nothing. An event may come before our own settling; it then waits for its message.
"""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db.models.functions import Now

from core import locks
from core.db import unit_of_work
from notifications.domain import states
from notifications.models import Message, ProviderEvent

TYPES = frozenset({states.ACCEPTED, states.DELIVERED, states.UNDELIVERED})
WAITS = timedelta(hours=24)
BATCH = 200


def receive(
    *,
    provider: str,
    event_id: str,
    message_ref: str,
    type: str,  # noqa: A002  (the providers' word)
    reason: str = "",
    occurred_at: datetime | None = None,
) -> None:
    """Keep one verified event; the same event again changes nothing.

    Raises ValueError for a type we do not know.
    """
    if type not in TYPES:
        raise ValueError(f"no provider event of type {type!r}")
    event = ProviderEvent(
        provider=provider,
        event_id=event_id,
        message_ref=message_ref,
        type=type,
        reason=reason,
        occurred_at=occurred_at,
        received_at=Now(),
    )
    ProviderEvent.objects.bulk_create([event], ignore_conflicts=True)


def apply_all() -> int:
    """Apply what waits, each event in a unit of work; how many were applied."""
    waiting = ProviderEvent.objects.filter(
        applied_at=None, received_at__gt=Now() - WAITS
    )
    keys = list(waiting.order_by("id").values_list("pk", flat=True)[:BATCH])
    return sum(unit_of_work(partial(_apply, key)) for key in keys)


def _apply(key: int) -> bool:
    event = ProviderEvent.objects.get(pk=key)
    found = locks.lock(Message.objects.filter(pk__in=_refs(event)))
    if not found or found[0].state in states.WAITING:
        return False
    message = found[0]
    if states.can_become(message.state, event.type):
        Message.objects.filter(pk=message.pk).update(
            state=event.type, reason=event.reason, lease_token=None, lease_until=None
        )
    ProviderEvent.objects.filter(pk=key).update(applied_at=Now())
    return True


def _refs(event: ProviderEvent) -> list[UUID]:
    try:
        return [UUID(event.message_ref)]
    except ValueError:
        return []
