"""Settle: write down what the provider said, if the message is still ours."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models.functions import Now

from core import locks
from notifications.channels.contract import (
    Accepted,
    Letter,
    NotSent,
    Refused,
    Result,
    Unknown,
)
from notifications.domain import retry, states
from notifications.domain.catalogue import KINDS
from notifications.models import AttemptOutcome, Message, ProviderState
from notifications.selectors import situations
from notifications.services import calls
from patients.services.locking import lock

# How long a provider may take to tell by itself what became of a message.
SETTLE_DELAY = timedelta(seconds=120)
OUTCOMES = {
    Accepted: AttemptOutcome.Outcome.ACCEPTED,
    NotSent: AttemptOutcome.Outcome.NOT_SENT,
    Refused: AttemptOutcome.Outcome.REFUSED,
    Unknown: AttemptOutcome.Outcome.UNKNOWN,
}


def settle(letter: Letter, result: Result, *, now: datetime) -> bool:
    """Record the outcome and move the message on. Call it in a unit of work.

    Returns False if the lease had passed to somebody else: the outcome is kept, the
    message is left to its new holder.
    """
    if isinstance(result, Refused) and letter.patient_id is not None:
        lock(letter.patient_id)  # a call may be asked for below
    held = locks.lock(
        Message.objects.filter(
            pk=letter.message_id, state=states.SENDING, lease_token=letter.lease_token
        )
    )
    _keep(letter, result, is_applied=bool(held))
    if held:
        _move_on(held[0], letter, result, now)
    return bool(held)


def _keep(letter: Letter, result: Result, *, is_applied: bool) -> None:
    AttemptOutcome.objects.create(
        attempt_id=letter.attempt_id,
        outcome=OUTCOMES[type(result)],
        reason=getattr(result, "reason", "")[:60],
        provider_message_id=getattr(result, "provider_message_id", ""),
        is_applied=is_applied,
        finished_at=Now(),
    )


def _move_on(message: Message, letter: Letter, result: Result, now: datetime) -> None:
    match result:
        case Accepted(provider_message_id):
            _set(message, states.ACCEPTED, provider_message_id=provider_message_id)
        case NotSent(reason, retry_after):
            _try_later(message, reason, retry_after, letter.provider)
        case Unknown(reason):
            _doubt(message, reason)
        case Refused(reason):
            _bury(message, reason, now)


def _set(message: Message, state: str, **fields: object) -> None:
    ended: dict[str, object] = {"lease_token": None, "lease_until": None}
    Message.objects.filter(pk=message.pk).update(state=state, **(ended | fields))


def _try_later(
    message: Message, reason: str, retry_after: timedelta | None, provider: str
) -> None:
    wait = retry_after or retry.wait_after(message.attempts)
    sent_at = None if message.attempts == 1 else message.sent_at
    _set(
        message,
        states.SCHEDULED,
        reason=reason[:40],
        not_before=Now() + wait,
        sent_at=sent_at,
    )
    if retry_after:
        ProviderState.objects.update_or_create(
            provider=provider, defaults={"blocked_until": Now() + retry_after}
        )


def _doubt(message: Message, reason: str) -> None:
    _set(
        message,
        states.UNCERTAIN,
        reason=reason[:40],
        lease_token=uuid4(),
        lease_until=Now() + SETTLE_DELAY,
    )


def _bury(message: Message, reason: str, now: datetime) -> None:
    sent_at = None if message.attempts == 1 else message.sent_at
    _set(message, states.DEAD, reason=reason[:40], sent_at=sent_at)
    if KINDS[message.kind].calls_if_lost and message.patient_id is not None:
        situation = situations.load(message.subject)
        calls.ask_instead(situation, message, now=now)
