"""Gate: the last moment at which anything can stop a message.

Under the patients' locks (the tasks', for messages to staff) every rule is read
again; whoever cancels, moves, withdraws or acknowledges takes the same lock, so
either a message is stopped or it had left before. A batch is judged in one unit of
work: the rules are read for all of it, each message is decided by itself.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models.functions import Now

from core import locks
from notifications import channels
from notifications.channels.contract import Letter
from notifications.domain import gate, retry, states
from notifications.domain.catalogue import KINDS, SMS, Kind
from notifications.domain.plan import plan
from notifications.domain.subjects import Visit
from notifications.models import Message
from notifications.selectors import inbox, providers
from notifications.selectors.situation_batches import load_all
from notifications.selectors.situations import Situation, address_of
from notifications.services import breaking, choosing, fallback, mail_parts, planning
from notifications.services import calls as telephone
from notifications.services.choosing import ProviderChoice
from notifications.services.claiming import Claimed
from notifications.services.gate_writing import Leaving, Writing
from patients.services import tasks
from patients.services.row_locks import lock_many
from scheduling.repair import selectors as repair

if TYPE_CHECKING:
    from patients.models import Patient

REMINDERS = [kind.code for kind in KINDS.values() if kind.is_reminder]
WEEK = timedelta(days=7)
# With eight faults (retry.MAX_GATE_FAULTS) there are 35 minutes to mend what is wrong.
AFTER_FAULT = timedelta(minutes=5)

People = dict[UUID, "Patient"]


@dataclass(slots=True)
class Gated:
    """Outcome of a batch: `letters` to hand over, with their attempts on record.

    `busy` are those whose patient or task somebody else is writing about: judge them
    again by themselves, waiting.
    """

    letters: list[Letter] = field(default_factory=list)
    busy: list[Claimed] = field(default_factory=list)


@dataclass(slots=True)
class BatchFacts:
    """Facts that the rules need of a whole batch, read under its locks.

    `left` holds each patient's reminders of seven days: (message, instant).
    """

    now: datetime
    doors: Mapping[str, providers.Door]
    # How many more each provider with a rate may have; None for pages, never paced.
    budget: dict[str, int] | None = None
    undone: Collection[str] = ()
    left: dict[UUID, list[tuple[UUID, datetime]]] = field(default_factory=dict)


def pass_gate(
    claimed: Sequence[Claimed],
    *,
    token: UUID,
    now: datetime,
    waits: bool = True,
    budget: dict[str, int] | None = None,
) -> Gated:
    """Let claimed messages go, or say why not on their rows.

    No two of them are about the same subject. Messages whose claim is no longer ours
    are left alone. With `waits` False nobody waits for a patient who is locked.
    `budget` is how many each provider with a rate may have; it is spent here. Call it
    in a unit of work.
    """
    found = Gated()
    free, people = _lock_recipients(claimed, waits, found)
    ours = _lock_messages(free, token)
    mine = [row for row in free if row.id in ours]
    if not mine:
        return found
    loaded = load_all([row.subject for row in mine], people)
    facts = _facts(mine, loaded.values(), now)
    facts.budget = budget
    writing = Writing(now)
    for row in mine:
        _pass_one(row, loaded.get(row.subject), facts, writing)
    found.letters = [
        _letter(left, attempt_id, now) for left, attempt_id in writing.write(token)
    ]
    return found


def postpone(*, message_id: UUID, token: UUID, fault: str) -> None:
    """Put a claimed message back for a while because its gate itself failed.

    After eight times it is dead, and listed: nobody could judge it.
    """
    rows = Message.objects.filter(
        pk=message_id, state=states.CLAIMED, lease_token=token
    )
    held = locks.lock(rows)
    if not held:
        return
    faults = held[0].gate_faults + 1
    is_over = faults >= retry.MAX_GATE_FAULTS
    rows.update(
        state=states.DEAD if is_over else states.SCHEDULED,
        reason=fault[:40],
        gate_faults=faults,
        not_before=None if is_over else Now() + AFTER_FAULT,
        lease_token=None,
        lease_until=None,
    )


def _lock_recipients(
    claimed: Sequence[Claimed], waits: bool, found: Gated
) -> tuple[list[Claimed], People]:
    """Lock patients in id order, then tasks likewise; whose messages may be judged."""
    about = tasks.patients_of([row.task_id for row in claimed if row.task_id])
    whom = {
        row.id: row.patient_id if row.task_id is None else about.get(row.task_id)
        for row in claimed
    }
    # Patients, tasks, texts: in any other order two batches could wait for each other.
    wanted = {key for key in whom.values() if key is not None}
    people: People = {}
    if wanted:
        people = lock_many(wanted, waits=waits)
    named = [row.task_id for row in claimed if row.task_id]
    held = tasks.lock_tasks(named, skip_locked=not waits) if named else set()
    answered = {row.id: text for row in claimed if (text := _text_of(row))}
    texts: set[UUID] = set()
    if answered:
        found_texts = inbox.lock_texts(set(answered.values()), skip_locked=not waits)
        texts = {text.pk for text in found_texts}
    free: list[Claimed] = []
    for row in claimed:
        has_patient = whom[row.id] is None or whom[row.id] in people
        has_task = row.task_id is None or row.task_id in held
        has_text = row.id not in answered or answered[row.id] in texts
        is_free = has_patient and has_task and has_text
        (free if is_free else found.busy).append(row)
    return free, people


def _text_of(row: Claimed) -> UUID | None:
    """The inbound text a message answers: a STOP of a number nobody holds locks it."""
    kind, _, key = row.subject.partition(":")
    return UUID(key) if kind == "text" else None


def _lock_messages(free: Sequence[Claimed], token: UUID) -> set[UUID]:
    held = locks.lock(
        Message.objects.filter(
            pk__any_of=[row.id for row in free], state=states.CLAIMED, lease_token=token
        ).only("pk")
    )
    return {row.pk for row in held}


def _facts(
    mine: Sequence[Claimed], loaded: Collection[Situation], now: datetime
) -> BatchFacts:
    visits = [s.snapshot.id for s in loaded if isinstance(s.snapshot, Visit)]
    used = {row.channel for s in loaded for row in s.rows}
    names = {name for channel in used for name in channels.shares(channel)}
    facts = BatchFacts(
        now=now,
        doors=providers.doors({*names, channels.SANDBOX}),
        undone={str(key) for key in repair.being_undone(list(map(UUID, visits)))},
    )
    ids = {row.id for row in mine}
    asking = {
        row.patient_id
        for situation in loaded
        for row in situation.rows
        if row.pk in ids and row.kind in REMINDERS and row.patient_id
    }
    if asking:
        sent = Message.objects.filter(
            patient__any_of=asking, kind__in=REMINDERS, sent_at__gt=now - WEEK
        )
        for patient_id, key, at in sent.values_list("patient_id", "pk", "sent_at"):
            if at:
                facts.left.setdefault(patient_id, []).append((key, at))
    return facts


def _pass_one(
    row: Claimed,
    situation: Situation | None,
    facts: BatchFacts,
    writing: Writing,
) -> None:
    if situation is None:
        Message.objects.filter(pk=row.id).update(
            state=states.CANCELLED,
            reason="subject_gone",
            lease_token=None,
            lease_until=None,
        )
        return
    # The row as it is under the lock, not as it was when it was claimed.
    message = next(known for known in situation.rows if known.pk == row.id)
    # What was tried during an outage says nothing about the message.
    if retry.is_exhausted(message.attempts - message.uncounted):
        _give_up(message, facts.now)
        return
    _judge(message, situation, facts, writing)


def _judge(
    message: Message,
    situation: Situation,
    facts: BatchFacts,
    writing: Writing,
) -> None:
    now, kind = facts.now, KINDS[message.kind]
    address = _address(message, situation)
    way = choosing.choose(message, kind, address, facts.doors, facts.budget)
    match gate.decide(_asked(message, situation, facts, way), now):
        case gate.Send():
            if _may_go(way, kind.is_urgent):
                writing.let_go(message, situation, way.provider)
                _count(message, kind, way, facts)
            else:
                writing.hold(message, way.door)
        case gate.Wait(until):
            writing.put_back(message, next_at=until)
        case gate.HoldBack(reason):
            held = way.door.held
            writing.hold(message, way.door if held else providers.Door(reason))
        case gate.StopSending(state, reason):
            _stop(message, situation, state, reason, now)


def _stop(
    message: Message, situation: Situation, state: str, reason: str, now: datetime
) -> None:
    planning.stop(message, state, reason)
    if state == states.EXPIRED:
        telephone.ask_if_it_matters(situation, message, now=now)
    if reason == gate.CAP and KINDS[message.kind].calls_if_capped:
        telephone.ask_instead(situation, message, reason=gate.CAP, now=now)
    # What replaces it (a call, another channel) is planned at once.
    planning.replan(subject=message.subject, now=now)


def _count(
    message: Message, kind: Kind, way: ProviderChoice, facts: BatchFacts
) -> None:
    """Let the next message of the batch know that this one left."""
    if facts.budget and way.provider in facts.budget:
        facts.budget[way.provider] -= 1
    if message.patient_id and kind.is_reminder:
        left = facts.left.setdefault(message.patient_id, [])
        left.append((message.pk, facts.now))


def _asked(
    message: Message, situation: Situation, facts: BatchFacts, way: ProviderChoice
) -> gate.Facts:
    kind = KINDS[message.kind]
    counts = _reminder_counts(message, situation, facts) if kind.is_reminder else (0, 0)
    return gate.Facts(
        kind=kind,
        zone=situation.reach.zone,
        expires_at=message.expires_at,
        stopped=_stopped(message, situation, facts.now),
        held=_held(situation, facts, way),
        reminders_today=counts[0],
        reminders_in_7_days=counts[1],
    )


def _stopped(
    message: Message, situation: Situation, now: datetime
) -> tuple[str, str] | None:
    wanted = plan(
        situation.snapshot,
        reach=situation.reach,
        now=now,
        lost=situation.lost,
        left=situation.left,
    )
    if planning.base_key(message) in wanted.keys:
        return None
    if now >= message.expires_at:
        return states.EXPIRED, "too_late"
    return planning.why(situation, message)


def _held(situation: Situation, facts: BatchFacts, way: ProviderChoice) -> str:
    asked_by_staff = situation.asked is not None and situation.patient is None
    if not (situation.clinic.sends_on or asked_by_staff):
        return "clinic_sends_nothing"
    if isinstance(situation.snapshot, Visit) and situation.snapshot.id in facts.undone:
        return "plan_being_undone"
    # One that is down is asked for a probe when everything else says yes.
    return "" if way.door.held == providers.DOWN else way.door.held


def _may_go(way: ProviderChoice, is_urgent: bool) -> bool:
    """A provider that is down gets one message to show that it is back, and pages."""
    if way.door.held != providers.DOWN or is_urgent:
        return True
    if not way.door.probes:
        return False
    way.door.probes = False
    return breaking.take_probe(way.provider)


def _reminder_counts(
    message: Message, situation: Situation, facts: BatchFacts
) -> tuple[int, int]:
    """Count reminders that left for this patient today (theirs) and in seven days."""
    zone = situation.reach.zone
    known = facts.left.get(message.patient_id, []) if message.patient_id else []
    days = [at.astimezone(zone).date() for key, at in known if key != message.pk]
    return days.count(facts.now.astimezone(zone).date()), len(days)


def _give_up(message: Message, now: datetime) -> None:
    Message.objects.filter(pk=message.pk).update(
        state=states.DEAD,
        reason="too_many_attempts",
        lease_token=None,
        lease_until=None,
    )
    fallback.replace(message, now=now)


def _letter(left: Leaving, attempt_id: int, now: datetime) -> Letter:
    message = left.message
    assert message.lease_token is not None
    return Letter(
        message_id=message.pk,
        attempt_id=attempt_id,
        lease_token=message.lease_token,
        provider=left.provider,
        channel=message.channel,
        address=_address(message, left.situation),
        title=left.open.title,
        body=left.open.body,
        clinic_id=message.clinic_id,
        patient_id=message.patient_id,
        user_id=message.user_id,
        at=now,
        handed_at=time.monotonic(),
        sender=left.situation.clinic.name,
        reply_to=left.situation.clinic.email,
        language=message.language,
        expires_at=message.expires_at,
        closing=mail_parts.closing(message, left.situation),
        unsubscribe=mail_parts.unsubscribe(message, left.situation),
        invitation=mail_parts.invitation(message, left.situation),
    )


def _address(message: Message, situation: Situation) -> str:
    """The address of a message as it is now, "" if there is none any more."""
    if situation.inbound is not None:
        return situation.inbound.sender
    if message.user_id is not None:
        user = situation.users.get(message.user_id)
        return address_of(user, message.channel) if user else ""
    if situation.enquiry is not None:
        asked = situation.enquiry
        return asked.phone if message.channel == SMS else asked.email
    contact = situation.contacts.get(message.channel)
    return contact.value if contact else ""
