"""Gate: the last moment at which anything can stop a message.

Under the patient's lock (the task's, for a message to staff) every rule is read
again; whoever cancels, moves, withdraws or acknowledges takes the same lock, so
either the message is stopped or it had left before.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models.functions import Now

from core import locks
from core.problems import NotFound
from notifications.channels import provider_of
from notifications.channels.contract import Letter
from notifications.domain import gate, retry, states
from notifications.domain.catalogue import KINDS
from notifications.domain.plan import plan
from notifications.domain.subjects import Visit
from notifications.models import Attempt, Message
from notifications.selectors import providers, situations
from notifications.selectors.situations import Situation, address_of
from notifications.services import calls, planning, wording
from patients.services import tasks
from patients.services.locking import lock
from scheduling.selectors import repair

LEASE = timedelta(seconds=60)
LOOK_AGAIN = timedelta(seconds=30)
AFTER_FAULT = timedelta(minutes=5)
REMINDERS = [kind.code for kind in KINDS.values() if kind.is_reminder]
WEEK = timedelta(days=7)


def pass_gate(*, message_id: UUID, token: UUID, now: datetime) -> Letter | None:
    """Let one claimed message go, or say why not on its row.

    Returns the letter to hand over, with its Attempt already written; None if it
    does not leave now or the claim is no longer ours. Call it in a unit of work.
    """
    _lock_recipient(message_id)
    held = locks.lock(
        Message.objects.filter(pk=message_id, state=states.CLAIMED, lease_token=token)
    )
    if not held:
        return None
    message = held[0]
    try:
        situation = situations.load(message.subject)
    except NotFound:
        planning.stop(message, states.CANCELLED, "subject_gone")
        return None
    return _judge(message, situation, now)


def postpone(*, message_id: UUID, token: UUID, fault: str) -> None:
    """Put a claimed message back for a while because its gate itself failed."""
    Message.objects.filter(
        pk=message_id, state=states.CLAIMED, lease_token=token
    ).update(
        state=states.SCHEDULED,
        reason=fault[:40],
        not_before=Now() + AFTER_FAULT,
        lease_token=None,
        lease_until=None,
    )


def _lock_recipient(message_id: UUID) -> None:
    row = Message.objects.only("patient_id", "task_id").get(pk=message_id)
    if row.task_id is not None:
        tasks.lock_task(row.task_id)
    elif row.patient_id is not None:
        lock(row.patient_id)


def _judge(message: Message, situation: Situation, now: datetime) -> Letter | None:
    if retry.is_exhausted(message.attempts):
        _give_up(message, situation, now)
        return None
    match gate.decide(_facts(message, situation, now), now):
        case gate.Send():
            return _let_go(message, situation, now)
        case gate.Wait(until):
            _put_back(message, next_at=until)
        case gate.Hold(reason):
            _put_back(message, reason=reason, not_before=Now() + LOOK_AGAIN)
        case gate.Stop(state, reason):
            planning.stop(message, state, reason)
            # What replaces it (a call, another channel) is planned at once.
            planning.replan(subject=message.subject, now=now)
    return None


def _facts(message: Message, situation: Situation, now: datetime) -> gate.Facts:
    kind = KINDS[message.kind]
    counts = _reminder_counts(message, situation, now) if kind.is_reminder else (0, 0)
    return gate.Facts(
        kind=kind,
        zone=situation.reach.zone,
        expires_at=message.expires_at,
        stopped=_stopped(message, situation, now),
        held=_held(message, situation),
        reminders_today=counts[0],
        reminders_in_7_days=counts[1],
    )


def _stopped(
    message: Message, situation: Situation, now: datetime
) -> tuple[str, str] | None:
    wanted = plan(situation.snapshot, reach=situation.reach, now=now)
    if planning.base_key(message) in wanted.keys:
        return None
    if now >= message.expires_at:
        return states.EXPIRED, "too_late"
    return planning.why(situation, message)


def _held(message: Message, situation: Situation) -> str:
    if not situation.clinic.sends_on:
        return "clinic_sends_nothing"
    if isinstance(situation.snapshot, Visit) and repair.is_being_undone(
        UUID(situation.snapshot.id)
    ):
        return "plan_being_undone"
    return providers.held(provider_of(message.channel))


def _reminder_counts(
    message: Message, situation: Situation, now: datetime
) -> tuple[int, int]:
    """How many reminders left for this patient today (theirs) and in seven days."""
    sent = Message.objects.filter(
        patient=message.patient, kind__in=REMINDERS, sent_at__gt=now - WEEK
    ).exclude(pk=message.pk)
    zone = situation.reach.zone
    left = sent.values_list("sent_at", flat=True)
    days = [at.astimezone(zone).date() for at in left if at]
    return days.count(now.astimezone(zone).date()), len(days)


def _put_back(message: Message, **fields: object) -> None:
    defaults: dict[str, object] = {"reason": ""}
    Message.objects.filter(pk=message.pk).update(
        state=states.SCHEDULED,
        lease_token=None,
        lease_until=None,
        **(defaults | fields),
    )


def _give_up(message: Message, situation: Situation, now: datetime) -> None:
    Message.objects.filter(pk=message.pk).update(
        state=states.DEAD,
        reason="too_many_attempts",
        lease_token=None,
        lease_until=None,
    )
    if KINDS[message.kind].calls_if_lost:
        calls.ask_instead(situation, message, now=now)


def _let_go(message: Message, situation: Situation, now: datetime) -> Letter:
    provider = provider_of(message.channel)
    kept = wording.masked(message, situation)
    contact = situation.contacts.get(message.channel)
    assert message.lease_token is not None
    attempt = Attempt.objects.create(
        message=message,
        number=message.attempts + 1,
        lease_token=message.lease_token,
        provider=provider,
        contact=contact,
        body=kept.body,
        at=now,
        started_at=Now(),
    )
    Message.objects.filter(pk=message.pk).update(
        state=states.SENDING,
        reason="",
        attempts=attempt.number,
        provider=provider,
        title=kept.title,
        body=kept.body,
        sent_at=now,
        lease_until=Now() + LEASE,
    )
    return _letter(message, attempt, situation, now)


def _letter(
    message: Message, attempt: Attempt, situation: Situation, now: datetime
) -> Letter:
    words = wording.open_words(message, situation)
    assert message.lease_token is not None
    return Letter(
        message_id=message.pk,
        attempt_id=attempt.pk,
        lease_token=message.lease_token,
        provider=attempt.provider,
        channel=message.channel,
        address=_address(message, situation),
        title=words.title,
        body=words.body,
        clinic_id=message.clinic_id,
        patient_id=message.patient_id,
        user_id=message.user_id,
        at=now,
        handed_at=time.monotonic(),
        sender=situation.clinic.name,
        language=message.language,
    )


def _address(message: Message, situation: Situation) -> str:
    if message.user_id is not None:
        return address_of(situation.users[message.user_id], message.channel)
    return situation.contacts[message.channel].value
