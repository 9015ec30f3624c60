"""Sweep: messages whose holder died. Touches message rows only, nobody waits for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from core import locks
from core.db import unit_of_work
from notifications.channels import PROVIDERS
from notifications.domain import doubt, states
from notifications.domain.catalogue import KINDS
from notifications.models import Message
from notifications.selectors import providers, situations
from notifications.services import calls
from notifications.services.settling import settle_delay
from patients.services.row_locks import lock

BATCH = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """Counts of claims given back, calls put in doubt and doubts resolved.

    `asks` are those that a person has to find out about.
    """

    returned: int
    doubted: int
    resolved: int
    asks: tuple[UUID, ...]


def sweep() -> Swept:
    """Take over every lease that ran out. Call it in a unit of work.

    A claim goes back: nothing was called. A call without an outcome is in doubt. A
    doubt whose time is over is tried again where that does no harm: `domain.doubt`.
    """
    returned = _update(_ids(_expired(states.CLAIMED)), state=states.SCHEDULED, **_FREE)
    doubted = _doubt()
    again: list[UUID] = []
    asks: list[UUID] = []
    doubtful = list(_expired(states.UNCERTAIN)[:BATCH])
    talking = {
        name: providers.is_talking(name, settle_delay(name))
        for name in {row.provider for row in doubtful}
    }
    for row in doubtful:
        way = _way(row, is_talking=talking[row.provider])
        (again if way is doubt.DoubtWay.RESEND else asks).append(row.pk)
    _update(again, state=states.SCHEDULED, **_FREE)
    # Nobody holds them any more, and they stay in doubt.
    _update(asks, **_FREE)
    return Swept(returned, doubted, len(again), tuple(asks))


def ask_about(message_id: UUID, *, now: datetime) -> None:
    """Have somebody telephone in place of a message in doubt. Call it in a unit of
    work."""
    message = Message.objects.get(pk=message_id)
    kind = KINDS.get(message.kind)
    if message.patient_id is None or kind is None or not kind.calls_if_lost:
        return
    lock(message.patient_id)
    rows = locks.lock(Message.objects.filter(pk=message_id, state=states.UNCERTAIN))
    if rows:
        situation = situations.load(message.subject)
        calls.ask_instead(situation, message, reason="doubt", now=now)


def sweep_all(*, now: datetime) -> Swept:
    """Sweep, then ask for the calls; each in a unit of work of its own."""
    swept = unit_of_work(sweep)
    for message_id in swept.asks:
        unit_of_work(lambda key=message_id: ask_about(key, now=now))  # type: ignore[misc]
    return swept


_FREE: dict[str, Any] = {"lease_token": None, "lease_until": None}


def _expired(state: str) -> QuerySet[Message]:
    rows = Message.objects.filter(state=state, lease_until__lte=Now())
    found = rows.select_for_update(skip_locked=True, no_key=True).order_by("pk")
    return found.only("pk", "provider", "kind", "doubts")


def _ids(rows: QuerySet[Message]) -> list[UUID]:
    return [row.pk for row in rows[:BATCH]]


def _update(ids: Iterable[UUID], **fields: Any) -> int:
    found = list(ids)
    return Message.objects.filter(pk__in=found).update(**fields) if found else 0


def _doubt() -> int:
    rows = list(_expired(states.SENDING)[:BATCH])
    for provider in {row.provider for row in rows}:
        _update(
            [row.pk for row in rows if row.provider == provider],
            state=states.UNCERTAIN,
            reason="no_answer",
            doubts=F("doubts") + 1,
            lease_token=uuid4(),
            lease_until=Now() + settle_delay(provider),
        )
    return len(rows)


def _way(row: Message, *, is_talking: bool) -> doubt.DoubtWay:
    known = PROVIDERS.get(row.provider)
    capability = known.capability if known else "opaque"
    kind = KINDS.get(row.kind)
    return doubt.way(capability, kind, row.doubts, is_talking=is_talking)
