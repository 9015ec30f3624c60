"""Events that providers send by themselves: kept at once, applied by the sweep.

It may come twice, late, in any order, or before our own settling: what has been heard
of a message decides, not when. An event of a message that is not ours, or not yet known
to have left, waits a day and is then left where it is.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.db.models.functions import Now

from core import locks
from core.db import unit_of_work
from notifications.channels.contract import OPTED_OUT
from notifications.domain import states
from notifications.models import Message, ProviderEvent
from notifications.services import fallback

log = structlog.get_logger()

TYPES = frozenset({states.ACCEPTED, states.DELIVERED, states.UNDELIVERED})
WAITS = timedelta(hours=24)
BATCH = 500
# Events are no reason to keep messages waiting.
AT_MOST_SECONDS = 5.0


def receive(
    *,
    provider: str,
    event_id: str,
    message_ref: str,
    type: str,  # noqa: A002  (the providers' word)
    reason: str = "",
    occurred_at: datetime | None = None,
    provider_message_id: str = "",
) -> None:
    """Keep one verified event; the same event again changes nothing.

    Raises ValueError for a type we do not know.
    """
    if type not in TYPES:
        raise ValueError(f"no provider event of type {type!r}")
    event = ProviderEvent(
        provider=provider,
        event_id=event_id,
        message_ref=message_ref if _uuid(message_ref) else "",
        provider_message_id=provider_message_id,
        type=type,
        reason=reason,
        occurred_at=occurred_at,
        received_at=Now(),
    )
    ProviderEvent.objects.bulk_create([event], ignore_conflicts=True)


def apply_all(*, now: datetime) -> int:
    """Apply what waits, a batch in a unit of work; how many were applied.

    Those of unknown messages are passed over, so that they keep back no other.
    """
    waiting = ProviderEvent.objects.filter(
        applied_at=None, received_at__gt=Now() - WAITS
    )
    began, last, applied = time.monotonic(), 0, 0
    while time.monotonic() - began < AT_MOST_SECONDS:
        events = list(waiting.filter(pk__gt=last).order_by("pk")[:BATCH])
        if not events:
            break
        last = events[-1].pk
        good = [event for event in events if event.type != states.UNDELIVERED]
        if good:
            applied += unit_of_work(partial(_apply_good, good))
        for event in events:
            if event.type == states.UNDELIVERED:
                applied += _apply_loss(event, now)
    return applied


def _apply_good(events: Sequence[ProviderEvent]) -> int:
    """Accepted and delivered: message rows only, in id order."""
    found = _messages(events)
    rows = locks.lock(Message.objects.filter(pk__in=set(found.values())))
    held = {row.pk: row for row in rows}
    done: list[int] = []
    changed: dict[str, list[UUID]] = defaultdict(list)
    for event in events:
        key = _ref(event, found)
        message = held.get(key) if key else None
        if message is None or not _knows(message):
            continue
        done.append(event.pk)
        if states.can_become(message.state, event.type):
            message.state = event.type
            changed[event.type].append(message.pk)
    # In the order of the table: accepted, then delivered.
    for state in (states.ACCEPTED, states.DELIVERED):
        Message.objects.filter(pk__in=changed[state]).update(
            state=state, reason="", lease_token=None, lease_until=None
        )
    ProviderEvent.objects.filter(pk__in=done).update(applied_at=Now())
    return len(done)


def _apply_loss(event: ProviderEvent, now: datetime) -> int:
    """Undelivered: under the recipient's row, for another channel or a call follows."""
    found = _messages([event])
    key = _ref(event, found)
    if key is None:
        return 0
    lost = unit_of_work(partial(_lose, event, key, now))
    if lost is None:
        return 0
    if event.reason == OPTED_OUT:
        unit_of_work(partial(fallback.keep_opt_out_of, lost, now=now))
    return 1


def _lose(event: ProviderEvent, key: UUID, now: datetime) -> Message | None:
    """The message the event was about, None if it is too early for the event."""
    fallback.lock_recipients([key])
    (message,) = locks.lock(Message.objects.filter(pk=key))
    if not _knows(message):
        return None
    if _is_of_last_copy(event, message) and states.can_become(
        message.state, states.UNDELIVERED
    ):
        Message.objects.filter(pk=key).update(
            state=states.UNDELIVERED,
            reason=event.reason,
            lease_token=None,
            lease_until=None,
        )
        message.state = states.UNDELIVERED
        fallback.replace(message, now=now)
    ProviderEvent.objects.filter(pk=event.pk).update(applied_at=Now())
    return message


def _knows(message: Message) -> bool:
    """True if it has left, or may have; before that an event is too early."""
    return message.state not in states.WAITING or message.doubts > 0


def _is_of_last_copy(event: ProviderEvent, message: Message) -> bool:
    """An earlier copy that got lost says nothing about the one that went after it."""
    if event.provider != message.provider:
        return False
    names = {event.provider_message_id, message.provider_message_id} - {""}
    return len(names) < 2


def _messages(events: Iterable[ProviderEvent]) -> dict[tuple[str, str], UUID]:
    """The message of each (provider, its id) and ("", our id) that we have.

    The provider's own name for it goes first: our id stands in an address that not
    every provider signs.
    """
    named = {event.provider_message_id for event in events} - {""}
    refs = {ref for event in events if (ref := _uuid(event.message_ref))}
    found: dict[tuple[str, str], UUID] = {}
    if named:
        rows = Message.objects.filter(
            provider__in={event.provider for event in events},
            provider_message_id__in=named,
        ).exclude(provider_message_id="")  # as its index says
        for key, provider, name in rows.values_list(
            "pk", "provider", "provider_message_id"
        ):
            found[provider, name] = key
    for key in Message.objects.filter(pk__in=refs).values_list("pk", flat=True):
        found["", str(key)] = key
    return found


def _ref(event: ProviderEvent, found: dict[tuple[str, str], UUID]) -> UUID | None:
    by_name = found.get((event.provider, event.provider_message_id))
    return by_name or found.get(("", event.message_ref))


def _uuid(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None
