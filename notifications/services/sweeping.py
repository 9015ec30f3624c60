"""Sweep: messages whose holder died. Touches message rows only, nobody waits for it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from django.db.models.functions import Now

from notifications.channels import PROVIDERS
from notifications.domain import states
from notifications.models import Message
from notifications.services.settling import SETTLE_DELAY

BATCH = 200
# An idempotent provider takes the same message once: no need to wait for its word.
NO_DELAY = timedelta(0)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many claims were given back, calls put in doubt, doubts resolved."""

    returned: int
    doubted: int
    resolved: int


def sweep() -> Swept:
    """Take over every lease that ran out. Call it in a unit of work.

    A claim goes back: nothing was called. A call without an outcome is uncertain,
    and so is tried again: at once where the provider takes the same message only
    once, else after its own word could have come.
    """
    return Swept(
        returned=_update(_expired(states.CLAIMED), state=states.SCHEDULED, **_FREE),
        doubted=_doubt(),
        resolved=_update(_expired(states.UNCERTAIN), state=states.SCHEDULED, **_FREE),
    )


_FREE: dict[str, Any] = {"lease_token": None, "lease_until": None}


def _expired(state: str) -> QuerySet[Message]:
    rows = Message.objects.filter(state=state, lease_until__lte=Now())
    return rows.select_for_update(skip_locked=True, no_key=True).order_by("pk")


def _update(rows: QuerySet[Message], **fields: Any) -> int:
    keys = [row.pk for row in rows.only("pk")[:BATCH]]
    return Message.objects.filter(pk__in=keys).update(**fields)


def _doubt() -> int:
    rows = list(_expired(states.SENDING).only("pk", "provider")[:BATCH])
    for row in rows:
        Message.objects.filter(pk=row.pk).update(
            state=states.UNCERTAIN,
            reason="no_answer",
            lease_token=uuid4(),
            lease_until=Now() + _delay(row.provider),
        )
    return len(rows)


def _delay(provider: str) -> timedelta:
    channel = PROVIDERS.get(provider)
    return NO_DELAY if channel and channel.capability == "idempotent" else SETTLE_DELAY
