"""Telephone calls that replace messages: tasks for the coordinator, each asked once."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from clinics.domain import roles
from core.actor import job
from notifications.domain import catalogue, touchpoints
from notifications.domain.catalogue import KINDS
from notifications.domain.subjects import Asked, CheckIn, Offered, Received, Visit
from notifications.domain.touchpoints import STANDBY
from notifications.domain.wanted import (
    NO_CHANNEL,
    NOT_BOOKED,
    TOO_LATE,
    UNANSWERED,
    UNCONFIRMED,
    Call,
)
from notifications.models import Message, PlannedCall
from notifications.selectors.situations import Situation
from patients.services import tasks

CALL_WITHIN = timedelta(hours=1)
KIND = "call_patient"
BOOK_KIND = "book_follow_up"
LOST = "lost"
LATE = "late"
PLANNER = "message_planner"
TEXTS = {
    NO_CHANNEL: "Call the patient about a change of their visit: no text or e-mail "
    "may be sent to them.",
    TOO_LATE: "Call the patient about a change of their visit: a text would wait for "
    "the morning and be too late.",
    LOST: "Call the patient about their visit: a message could not be delivered.",
    LATE: "Call the patient about their visit: a message could not leave in time.",
    "cap": "Call the patient about their visit: no more reminders may be sent to them "
    "this week.",
    "doubt": "Call the patient about their visit: nobody knows if a message arrived.",
}
VISIT_TEXTS = {
    (catalogue.CONFIRMATION, NO_CHANNEL): "Call the patient and confirm the visit that "
    "was booked: no text or e-mail may be sent to them.",
    (catalogue.PREPARE_T7, NO_CHANNEL): "Call the patient about the steps that begin "
    "now before their visit: no text or e-mail may be sent to them.",
    (catalogue.DAY_BEFORE, NO_CHANNEL): "Call the patient and remind them of their "
    "visit: no text or e-mail may be sent to them.",
    (catalogue.MISSED, NO_CHANNEL): "Call the patient who missed their visit and find "
    "a new time: no text or e-mail may be sent to them.",
    (touchpoints.UNCONFIRMED, UNCONFIRMED): "Call the patient: their visit is near "
    "and they have not confirmed it.",
    (STANDBY, UNCONFIRMED): "A visit is not confirmed: reach the patient "
    "once more, or offer its time to the waiting list.",
}
OFFER_TEXTS = {
    NO_CHANNEL: "Call the patient about a free time offered to them: no text or e-mail "
    "may be sent to them.",
    TOO_LATE: "Call the patient about a free time offered to them: a text would wait "
    "for the morning and be too late.",
    LOST: "Call the patient about a free time offered to them: a message could not "
    "be delivered.",
    LATE: "Call the patient about a free time offered to them: a message could not "
    "leave in time.",
    "doubt": "Call the patient about a free time offered to them: nobody knows if a "
    "message arrived.",
}
CHECK_IN_TEXTS = {
    NO_CHANNEL: "Call the patient and ask how they are: a recovery contact is due, and "
    "no text or e-mail may be sent to them.",
    UNANSWERED: "Call the patient and ask how they are: a recovery contact is overdue "
    "and nobody has answered it.",
    NOT_BOOKED: "Call the patient and book a visit: a follow-up is owed, and nobody "
    "has booked it.",
    LOST: "Call the patient and ask how they are: the message that asks could not "
    "be delivered.",
    "doubt": "Call the patient and ask how they are: nobody knows if the message that "
    "asks arrived.",
}
ASKED_TEXTS = {
    NO_CHANNEL: "Call the patient: they asked for a new link, and none can be sent to "
    "them.",
    LOST: "Call the patient: they asked for a new link, and it could not be delivered.",
    "doubt": "Call the patient: they asked for a new link, and nobody knows if it "
    "arrived.",
}
TEXT_TEXTS = {
    LOST: "Call the patient: our answer to their text could not be delivered.",
    LATE: "Call the patient: our answer to their text could not leave in time.",
    "doubt": "Call the patient: nobody knows if our answer to their text arrived.",
}
TAKEN_BACK = frozenset({NO_CHANNEL, TOO_LATE, UNANSWERED, UNCONFIRMED, NOT_BOOKED})


def apply(situation: Situation, wanted: Iterable[Call], *, now: datetime) -> None:
    """Ask for the calls that are wanted, take back those that are not any more."""
    if situation.patient is None:
        return
    calls = {call.dedupe_key: call for call in wanted}
    if not calls and _is_new(situation):
        return
    if _is_booked(situation):
        _close_book_calls(situation, now)
    asked = PlannedCall.objects.filter(subject=situation.subject).select_related("task")
    known = {row.dedupe_key: row for row in asked}
    for task_id in _needless(situation, known, calls):
        _take_back(situation, task_id, now)
    for key, call in calls.items():
        row = known.get(key)
        if is_due(call, now) and (row is None or was_taken_back(row)):
            _ask(situation, key, call.reason, now, call.kind)


def _is_booked(situation: Situation) -> bool:
    contact = situation.snapshot
    return isinstance(contact, CheckIn) and contact.visit_at is not None


def _close_book_calls(situation: Situation, now: datetime) -> None:
    """Also those that the patient asked for."""
    tasks.close_about(
        subjects=[situation.subject],
        kind=BOOK_KIND,
        outcome="The visit is booked.",
        by=job(PLANNER, situation.clinic.pk),
        now=now,
    )


def _needless(
    situation: Situation, known: Mapping[str, PlannedCall], wanted: Container[str]
) -> list[UUID]:
    """The open tasks no call needs any more; two calls may share one."""
    needed = {row.task_id for key, row in known.items() if key in wanted}
    ends = TAKEN_BACK | {LOST} if _is_over(situation) else TAKEN_BACK
    found = [
        row.task_id
        for key, row in known.items()
        if key not in wanted and row.reason in ends and row.task.done_at is None
    ]
    return [task_id for task_id in dict.fromkeys(found) if task_id not in needed]


def _is_over(situation: Situation) -> bool:
    contact = situation.snapshot
    if not isinstance(contact, CheckIn):
        return False
    return not (contact.is_open or contact.keeps_calls)


def was_taken_back(row: PlannedCall) -> bool:
    """Return True if no person closed its task, so that it may be asked again.

    A recovery contact is due again when its visit is called off, a visit's call when
    its patient wants no more messages after all.
    """
    task = row.task
    is_ours = task.done_at is not None and task.done_by == str(job(PLANNER))
    return is_ours and row.subject.startswith(("follow_up:", "appointment:"))


def is_due(call: Call, now: datetime) -> bool:
    """Return True if somebody is to be asked now to make that call."""
    return call.opens_at is None or now >= call.opens_at


def _is_new(situation: Situation) -> bool:
    """A visit just booked: no call was asked for, as they are about changes."""
    visit = situation.snapshot
    is_unchanged = isinstance(visit, Visit) and visit.is_live and not visit.revision
    return is_unchanged and not situation.rows


def ask_instead(
    situation: Situation, message: Message, *, reason: str = LOST, now: datetime
) -> None:
    """Ask for the call that replaces a message: "lost", too "late" or in "doubt".

    The caller holds the patient's row. Nobody calls who died or wants no contact.
    """
    if situation.patient is None or situation.reach.silence:
        return
    key = f"{message.dedupe_key}:{reason}"
    if not PlannedCall.objects.filter(dedupe_key=key).exists():
        _ask(situation, key, reason, now)


def ask_if_it_matters(
    situation: Situation, message: Message, *, reason: str = LATE, now: datetime
) -> None:
    """Ask for a call in place of a message that is "late" or "lost", while it matters.

    Its visit is still to come. The caller holds the patient's row.
    """
    visit = situation.snapshot
    if not KINDS[message.kind].calls_if_late:
        return
    if isinstance(visit, Received):
        ask_instead(situation, message, reason=reason, now=now)
    if not isinstance(visit, Visit):
        return
    is_ahead = (visit.is_live or visit.is_called_off) and now < visit.start
    if is_ahead or visit.is_missed:
        ask_instead(situation, message, reason=reason, now=now)


def _ask(
    situation: Situation, key: str, reason: str, now: datetime, kind: str = ""
) -> None:
    patient = situation.patient
    assert patient is not None
    is_check_in = isinstance(situation.snapshot, CheckIn)
    is_asking = is_check_in and reason != NOT_BOOKED
    task = tasks.open(
        clinic_id=situation.clinic.pk,
        patient_id=patient.pk,
        kind=_task_kind(reason, kind),
        text=_text(situation, reason, kind),
        subject=situation.subject,
        # Who may write down the answers of a recovery contact makes its call.
        owner_role=roles.NURSE if is_asking else roles.COORDINATOR,
        due_at=now + (tasks.CALL_WITHIN if is_check_in else CALL_WITHIN),
        by=job(PLANNER, situation.clinic.pk),
        now=now,
    )
    PlannedCall.objects.update_or_create(
        dedupe_key=key,
        defaults={
            "subject": situation.subject,
            "reason": reason,
            "patient": patient,
            "task": task,
        },
    )


def _task_kind(reason: str, kind: str) -> str:
    """Return the kind of the call's task.

    A standby call is a task of its own with its own words; the plan takes back the
    call it takes the place of.
    """
    if kind == STANDBY:
        return STANDBY
    return BOOK_KIND if reason == NOT_BOOKED else KIND


def _text(situation: Situation, reason: str, kind: str) -> str:
    match situation.snapshot:
        case CheckIn():
            return CHECK_IN_TEXTS[reason]
        case Offered():
            return OFFER_TEXTS[reason]
        case Asked():
            return ASKED_TEXTS[reason]
        case Received():
            return TEXT_TEXTS[reason]
    return VISIT_TEXTS.get((kind, reason), "") or TEXTS[reason]


def _take_back(situation: Situation, task_id: UUID, now: datetime) -> None:
    tasks.close(
        task_id=task_id,
        outcome="Not needed any more.",
        by=job(PLANNER, situation.clinic.pk),
        now=now,
    )
