"""Telephone calls that replace messages: tasks for the coordinator, each asked once."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from core.actor import job
from notifications.domain.catalogue import KINDS
from notifications.domain.plan import NO_CHANNEL, TOO_LATE, Call
from notifications.domain.subjects import Offered, Visit
from notifications.models import Message, PlannedCall
from notifications.selectors.situations import Situation
from patients.services import tasks

CALL_WITHIN = timedelta(hours=1)
KIND = "call_patient"
TEXTS = {
    NO_CHANNEL: "Call the patient about a change of their visit: no text or e-mail "
    "may be sent to them.",
    TOO_LATE: "Call the patient about a change of their visit: a text would wait for "
    "the morning and be too late.",
    "lost": "Call the patient about their visit: a message could not be delivered.",
    "late": "Call the patient about their visit: a message could not leave in time.",
    "doubt": "Call the patient about their visit: nobody knows if a message arrived.",
}
OFFER_TEXTS = {
    NO_CHANNEL: "Call the patient about a free time offered to them: no text or e-mail "
    "may be sent to them.",
    TOO_LATE: "Call the patient about a free time offered to them: a text would wait "
    "for the morning and be too late.",
    "lost": "Call the patient about a free time offered to them: a message could not "
    "be delivered.",
    "late": "Call the patient about a free time offered to them: a message could not "
    "leave in time.",
    "doubt": "Call the patient about a free time offered to them: nobody knows if a "
    "message arrived.",
}
TAKEN_BACK = frozenset({NO_CHANNEL, TOO_LATE})


def apply(situation: Situation, wanted: Iterable[Call], *, now: datetime) -> None:
    """Ask for the calls that are wanted, take back those that are not any more."""
    if situation.patient is None:
        return
    keys = {call.dedupe_key: call for call in wanted}
    if not keys and _is_new(situation):
        return
    asked = PlannedCall.objects.filter(subject=situation.subject).select_related("task")
    known = {row.dedupe_key: row for row in asked}
    for key, row in known.items():
        if key not in keys and row.reason in TAKEN_BACK and row.task.done_at is None:
            _take_back(row, now)
    for key, call in keys.items():
        if key not in known:
            _ask(situation, key, call.reason, now)


def _is_new(situation: Situation) -> bool:
    """A visit just booked: no call was asked for, as they are about changes."""
    visit = situation.snapshot
    is_unchanged = isinstance(visit, Visit) and visit.is_live and not visit.revision
    return is_unchanged and not situation.rows


def ask_instead(
    situation: Situation, message: Message, *, reason: str = "lost", now: datetime
) -> None:
    """Ask for the call that replaces a message: "lost", too "late" or in "doubt".

    The caller holds the patient's row.
    """
    if situation.patient is None:
        return
    key = f"{message.dedupe_key}:{reason}"
    if not PlannedCall.objects.filter(dedupe_key=key).exists():
        _ask(situation, key, reason, now)


def ask_if_late(situation: Situation, message: Message, *, now: datetime) -> None:
    """Ask for a call in place of a message that expired while it still mattered.

    Its visit is still to come. The caller holds the patient's row.
    """
    visit = situation.snapshot
    if not isinstance(visit, Visit) or not KINDS[message.kind].calls_if_late:
        return
    if (visit.is_live or visit.is_called_off) and now < visit.start:
        ask_instead(situation, message, reason="late", now=now)


def _ask(situation: Situation, key: str, reason: str, now: datetime) -> None:
    patient = situation.patient
    assert patient is not None
    task = tasks.open(
        clinic_id=situation.clinic.pk,
        patient_id=patient.pk,
        kind=KIND,
        text=_text(situation, reason),
        subject=situation.subject,
        owner_role="coordinator",
        due_at=now + CALL_WITHIN,
        by=job("message_planner", situation.clinic.pk),
        now=now,
    )
    PlannedCall.objects.create(
        dedupe_key=key,
        subject=situation.subject,
        reason=reason,
        patient=patient,
        task=task,
    )


def _text(situation: Situation, reason: str) -> str:
    is_offer = isinstance(situation.snapshot, Offered)
    return OFFER_TEXTS[reason] if is_offer else TEXTS[reason]


def _take_back(row: PlannedCall, now: datetime) -> None:
    tasks.close(
        task_id=row.task_id,
        outcome="Not needed any more.",
        by=job("message_planner", row.task.clinic_id),
        now=now,
    )
