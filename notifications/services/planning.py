"""Make the rows be what `plan` wants, in the transaction that changed the subject."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from core.actor import Actor, job
from notifications.domain import replies, states, stopping
from notifications.domain.catalogue import KINDS
from notifications.domain.plan import plan
from notifications.domain.templates import template
from notifications.domain.wanted import AGAIN, Plan, Wanted, base_of
from notifications.models import Message
from notifications.selectors import situations
from notifications.selectors.situations import Situation
from notifications.services import calls, doorbell, languages, wording
from patients.services import links

if TYPE_CHECKING:
    from patients.models import Patient, PatientLink

# Stopped for a reason that can pass: wanted again, it is planned again.
PASSING = frozenset(
    {
        "no_consent",
        "no_address",
        "not_needed",
        "visit_noshow",
        "opted_out",
        "patient_declined",
        "not_on_call",
        "visit_arrived",
        "answered_or_closed",
        "deceased",
        "do_not_contact",
    }
)


def replan(*, subject: str, now: datetime, patient: "Patient | None" = None) -> Plan:
    """Insert the messages `subject` lacks and stop those it no longer wants.

    Doing it twice changes nothing. The caller holds the patient's row, or the
    task's where no patient is named; `patient` is that row, to spare reading it
    again. Raises core.problems.NotFound.
    """
    return apply(situations.load(subject, patient), now=now)


def apply(situation: Situation, *, now: datetime) -> Plan:
    """Make this situation's rows be what its plan wants."""
    wanted = plan(
        situation.snapshot,
        reach=situation.reach,
        now=now,
        lost=situation.lost,
        left=situation.left,
    )
    standing = {base_key(row): row for row in situation.rows if not _may_return(row)}
    _stop(situation, wanted, now)
    for item in wanted.messages:
        if item.dedupe_key in standing:
            _redate(standing[item.dedupe_key], item)
            _translate(standing[item.dedupe_key], situation, now)
    _insert(
        situation, [m for m in wanted.messages if m.dedupe_key not in standing], now
    )
    calls.apply(situation, wanted.calls, now=now)
    due = [item for item in wanted.messages if item.next_at <= now]
    if any(KINDS[item.kind].is_urgent for item in due):
        doorbell.ring_for_pages_after_commit()
    elif due:
        doorbell.ring_after_commit()
    return wanted


def base_key(row: Message) -> str:
    """Return the key `plan` knows the message by, without its count of returns."""
    return base_of(row.dedupe_key)


def standing_keys(rows: Iterable[Message]) -> set[str]:
    """Return the keys that need no further row."""
    return {base_key(row) for row in rows if not _may_return(row)}


def _may_return(row: Message) -> bool:
    """A message stopped for a while, or one that went to an address that was wrong."""
    if row.misdirected_at is not None and row.state not in states.WAITING:
        return True
    return row.state in states.STOPPED and row.reason in PASSING


def _stop(situation: Situation, wanted: Plan, now: datetime) -> None:
    for row in situation.rows:
        is_waiting = row.state in states.WAITING and now < row.expires_at
        if is_waiting and base_key(row) not in wanted.keys:
            stop(row, *why(situation, row))


def why(situation: Situation, row: Message) -> tuple[str, str]:
    """Return (state, reason) for a row its situation no longer wants."""
    return stopping.why(
        situation.snapshot,
        situation.reach,
        revision=row.revision,
        channel=row.channel,
        purpose=KINDS[row.kind].purpose if row.kind in KINDS else replies.ALL,
    )


def stop(row: Message, state: str, reason: str) -> None:
    """End a message that waits; one that has passed its gate is left alone."""
    Message.objects.filter(pk=row.pk, state__in=states.WAITING).update(
        state=state, reason=reason, lease_token=None, lease_until=None
    )


def _redate(row: Message, wanted: Wanted) -> None:
    """A zone or a window may have moved; what has been tried keeps its own times."""
    times = (wanted.due_at, wanted.expires_at)
    if row.state != states.SCHEDULED or (row.due_at, row.expires_at) == times:
        return
    Message.objects.filter(pk=row.pk, state=states.SCHEDULED).update(
        due_at=wanted.due_at, next_at=wanted.next_at, expires_at=wanted.expires_at
    )


def _translate(row: Message, situation: Situation, now: datetime) -> None:
    """Show what waits in the language it will leave in."""
    if row.state not in states.WAITING:
        return
    language = languages.of(situation)
    text = template(row.kind, language, row.channel)
    if (row.language, row.template_version) == (language, text.version):
        return
    row.language, row.template_version = language, text.version
    words = wording.masked(row, situation, now)
    row.title, row.body = words.title, words.body
    row.save(update_fields=["language", "template_version", "title", "body"])


def _insert(situation: Situation, wanted: Iterable[Wanted], now: datetime) -> None:
    wanted = list(wanted)
    issued = _links(situation, wanted, now)
    rows = [
        _row(situation, item, issued.get((KINDS[item.kind].link, item.revision)), now)
        for item in wanted
    ]
    if rows:
        Message.objects.bulk_create(rows)


def _row(
    situation: Situation, wanted: Wanted, link: "PatientLink | None", now: datetime
) -> Message:
    kind = KINDS[wanted.kind]
    patient, language = situation.patient, languages.of(situation)
    row = Message(
        clinic=situation.clinic,
        patient=patient,
        user_id=int(wanted.occurrence) if _is_to_staff(situation) else None,
        task=situation.task,
        inbound=situation.inbound,
        subject=wanted.subject,
        revision=wanted.revision,
        kind=wanted.kind,
        occurrence=wanted.occurrence,
        channel=wanted.channel,
        dedupe_key=_free_key(situation, wanted),
        priority=kind.priority,
        language=language,
        template_version=template(wanted.kind, language, wanted.channel).version,
        told_start=wanted.told_start,
        was_start=wanted.was_start,
        touchpoint=wanted.touchpoint,
        due_at=wanted.due_at,
        next_at=wanted.next_at,
        expires_at=wanted.expires_at,
        created_at=now,
    )
    if wanted.link_expires_at is not None:
        row.link = link
    if situation.asked is not None:
        row.link = situation.asked.opens
    words = wording.masked(row, situation, now)
    row.title, row.body = words.title, words.body
    return row


def _is_to_staff(situation: Situation) -> bool:
    """A page, or what a member of staff asked for themselves."""
    if situation.asked is not None:
        return situation.patient is None
    return situation.task is not None


def _free_key(situation: Situation, wanted: Wanted) -> str:
    # A key is used once and for good: what is wanted again has a number behind it.
    before = sum(base_key(row) == wanted.dedupe_key for row in situation.rows)
    return f"{wanted.dedupe_key}{AGAIN}{before + 1}" if before else wanted.dedupe_key


def _links(
    situation: Situation, wanted: Iterable[Wanted], now: datetime
) -> "dict[tuple[str, int], PatientLink]":
    """The link of each purpose and revision, once for all the messages it is in."""
    patient = situation.patient
    if patient is None:
        return {}
    last = {
        (purpose, item.revision): item
        for item in wanted
        if (purpose := KINDS[item.kind].link) and item.link_expires_at is not None
    }
    return {
        (purpose, revision): links.issue(
            patient=patient,
            purpose=purpose,
            subject=item.subject,
            revision=revision,
            expires_at=item.link_expires_at,
            by=planner(situation.clinic.pk),
            now=now,
        )
        for (purpose, revision), item in last.items()
        if item.link_expires_at is not None
    }


def planner(clinic_id: int) -> Actor:
    """Return the actor of what planning does by itself."""
    return job("message_planner", clinic_id)
