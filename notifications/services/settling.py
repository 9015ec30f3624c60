"""Settle: write down what the provider said, if the message is still ours.

A whole batch is written in a few statements; what asks for a call (a refusal for
good) is settled by itself, under its patient's lock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from notifications import channels
from notifications.channels import PROVIDERS
from notifications.channels.contract import (
    OPTED_OUT,
    Accepted,
    Letter,
    NotSent,
    Refused,
    Result,
    Unknown,
)
from notifications.domain import retry, states
from notifications.models import AttemptOutcome, Message, ProviderState
from notifications.services import breaking, fallback
from notifications.services.calling import NOT_CALLED, Pair

# How long a provider may take to tell by itself what became of a message. One that
# takes the same message only once needs no time; one without callbacks gets a back-off.
# With a lease of a minute before it, a doubt that can be resolved is over in five.
SETTLE_DELAYS = {
    "idempotent": timedelta(0),
    "opaque": timedelta(seconds=120),
    "callback": timedelta(minutes=3),
}
OUTCOMES = {
    Accepted: AttemptOutcome.Outcome.ACCEPTED,
    NotSent: AttemptOutcome.Outcome.NOT_SENT,
    Refused: AttemptOutcome.Outcome.REFUSED,
    Unknown: AttemptOutcome.Outcome.UNKNOWN,
}

HOLD = """
SELECT id, attempts, uncounted FROM notifications_message
 WHERE id = ANY (%s) AND state = 'sending' AND lease_token = %s
 ORDER BY id FOR NO KEY UPDATE
"""
KEEP = """
INSERT INTO notifications_attemptoutcome
       (attempt_id, outcome, reason, provider_message_id, is_applied, finished_at)
SELECT o.*, clock_timestamp()
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bool[]) o
"""
# A `pause` is the wait before the next try, a `lease` the wait for the provider's own
# word. What is known not to have left takes its instant back, unless an earlier copy
# may have arrived.
MOVE_ON = """
UPDATE notifications_message m
   SET state = s.state, reason = s.reason, provider_message_id = s.provider_id,
       uncounted = m.uncounted + s.uncounted, doubts = m.doubts + s.doubts,
       lease_token = CASE WHEN s.lease IS NULL THEN NULL ELSE gen_random_uuid() END,
       lease_until = clock_timestamp() + s.lease,
       not_before = clock_timestamp() + s.pause,
       sent_at = CASE WHEN s.left_us OR m.doubts > 0 THEN m.sent_at END
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[],
              %s::interval[], %s::interval[], %s::bool[])
       AS s(id, state, reason, provider_id, uncounted, doubts, lease, pause, left_us)
 WHERE m.id = s.id
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A message that is still ours: how often it was tried, and in vain."""

    attempts: int
    uncounted: int


@dataclass(frozen=True, slots=True)
class Settled:
    """The messages that were still ours, and if a provider is back from an outage.

    `opted_out` are the addresses whose owners told a provider to send no more.
    """

    ours: frozenset[UUID]
    is_back: bool
    opted_out: frozenset[str] = frozenset()


def settle(pairs: Sequence[Pair], *, now: datetime) -> Settled:
    """Record the outcomes and move the messages on. Call it in a unit of work.

    The letters, one or more, are of one claim. Where a lease had passed to somebody
    else, the outcome is kept and the message is left to its new holder.
    """
    # Another channel or a call is asked for below: first the patients' rows.
    refused = [letter for letter, result in pairs if isinstance(result, Refused)]
    if refused:
        fallback.lock_recipients([letter.message_id for letter in refused])
    held = _hold(pairs)
    _keep(pairs, held.keys())
    ours = [pair for pair in pairs if pair[0].message_id in held]
    _move_on(ours, held)
    for letter, result in ours:
        if isinstance(result, Refused):
            fallback.replace(Message.objects.get(pk=letter.message_id), now=now)
    stopped = {
        letter.address
        for letter, result in pairs
        if isinstance(result, Refused) and result.reason == OPTED_OUT
    }
    is_back = _tell_breakers(pairs)
    return Settled(frozenset(held), is_back, frozenset(stopped))


def settle_delay(provider: str) -> timedelta:
    """Return how long a doubt about a message it may have is left as it is."""
    known = PROVIDERS.get(provider)
    return SETTLE_DELAYS[known.capability if known else "opaque"]


def _hold(pairs: Sequence[Pair]) -> dict[UUID, Held]:
    token = pairs[0][0].lease_token
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [[letter.message_id for letter, _ in pairs], token])
        return {key: Held(*rest) for key, *rest in cursor.fetchall()}


def _keep(pairs: Sequence[Pair], held: Iterable[UUID]) -> None:
    ours = set(held)
    rows = [
        (
            letter.attempt_id,
            str(OUTCOMES[type(result)]),
            # Providers' words can be longer than our columns.
            getattr(result, "reason", "")[:60],
            getattr(result, "provider_message_id", "")[:120],
            letter.message_id in ours,
        )
        for letter, result in pairs
    ]
    _write(KEEP, rows)


def _move_on(ours: Sequence[Pair], held: dict[UUID, Held]) -> None:
    if ours:
        _write(
            MOVE_ON,
            [
                (letter.message_id, *_next(letter, result, held[letter.message_id]))
                for letter, result in ours
            ],
        )
    for letter, result in ours:
        if isinstance(result, NotSent) and result.retry_after:
            _block(letter.provider, result.retry_after)


def _next(letter: Letter, result: Result, held: Held) -> tuple[Any, ...]:
    """Return state, reason, provider's id, uncounted, doubts, lease, pause, left."""
    match result:
        case Accepted(provider_message_id):
            name = provider_message_id[:120]
            return (states.ACCEPTED, "", name, 0, 0, None, None, True)
        case Unknown(reason):
            delay = settle_delay(letter.provider)
            return (states.UNCERTAIN, reason[:40], "", 0, 1, delay, None, True)
        case Refused(reason):
            return (states.DEAD, reason[:40], "", 0, 0, None, None, False)
        case NotSent(reason, retry_after, is_outage):
            tries = held.attempts - held.uncounted
            wait = _after_outage(letter) if is_outage else retry.wait_after(tries)
            return (
                *(states.SCHEDULED, reason[:40], "", int(is_outage), 0, None),
                *(retry_after or wait, False),
            )


def _after_outage(letter: Letter) -> timedelta:
    """Let another provider that may carry it do so, instead of waiting for this one."""
    others = len(channels.shares(letter.channel)) > 1
    return retry.BEFORE_ANOTHER if others else retry.AFTER_OUTAGE


def _write(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _block(provider: str, pause: timedelta) -> None:
    ProviderState.objects.update_or_create(
        provider=provider, defaults={"blocked_until": Now() + pause}
    )


def _tell_breakers(pairs: Sequence[Pair]) -> bool:
    """Any answer shows that a provider is there; only failures show that it is not."""
    is_back = False
    for provider in sorted({letter.provider for letter, _ in pairs}):
        results = [result for letter, result in pairs if letter.provider == provider]
        faults = [result for result in results if _is_failure(result)]
        if any(_is_answer(result) for result in results):
            is_back = breaking.answered(provider) or is_back
        elif faults:
            reason = getattr(faults[-1], "reason", "")
            breaking.failed(provider, len(faults), reason)
        if faults:
            breaking.lose_weight(provider, len(faults))
    return is_back


def _is_answer(result: Result) -> bool:
    if isinstance(result, NotSent):
        return not result.is_outage
    return not isinstance(result, Unknown)


def _is_failure(result: Result) -> bool:
    if isinstance(result, NotSent):
        # To be asked to wait is no failure, and what was not called says nothing.
        is_called = result.reason not in NOT_CALLED and not result.retry_after
        return result.is_outage and is_called
    return isinstance(result, Unknown)
