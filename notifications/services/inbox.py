"""Staff at work on inbound texts: take one on, answer it, close it, take that back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinics import selectors as clinics
from core import journal
from core.actor import Actor
from core.problems import FieldError, Invalid
from core.refusal import Reason, Refused
from notifications.domain import catalogue, inbox, replies, states
from notifications.models import InboundText, InboxAnswer, Message
from notifications.selectors import inbox as reading
from notifications.selectors.opt_outs import scopes
from notifications.services.planning import replan
from patients import selectors as patients
from patients.services.row_locks import lock, lock_all

ACTS = {
    inbox.ASSIGNED: "inbox.assigned",
    inbox.ANSWERED: "inbox.answered",
    inbox.DONE: "inbox.done",
}


@transaction.atomic
def assign(
    *, text_id: UUID, clinic_id: int, user_id: int, by: Actor, now: datetime
) -> InboundText:
    """Give the text to somebody who works here. Raises NotFound, and Invalid for
    somebody who does not."""
    text = _lock(text_id, clinic_id)
    if all(member.user_id != user_id for member in clinics.staff(clinic_id)):
        fault = "Choose somebody who works at this clinic."
        raise Invalid([FieldError("/user", fault)])
    text.assigned_to_id = user_id
    _change(text, inbox.ASSIGNED, by, now)
    return text


@transaction.atomic
def answer(
    *, text_id: UUID, clinic_id: int, body: str, by: Actor, now: datetime
) -> InboxAnswer | Refused:
    """Send `body` to the number the text came from, as a message of its own.

    Refused, on record, where the number wants no texts. Raises Invalid for an empty
    or too long answer, or where nobody knows yet whose text it is.
    """
    text = _lock(text_id, clinic_id)
    body = " ".join(body.split())
    if not 0 < len(body) <= inbox.LONGEST_ANSWER:
        fault = f"Write 1 to {inbox.LONGEST_ANSWER} characters."
        raise Invalid([FieldError("/body", fault)])
    if text.patient is None:
        fault = "Say first whose text this is."
        raise Invalid([FieldError("/body", fault)])
    if refused := _refusal(text, by, now):
        return refused
    made = InboxAnswer.objects.create(
        text=text, body=body, written_at=now, written_by=str(by)
    )
    _change(text, inbox.ANSWERED, by, now)
    replan(subject=f"text:{text.pk}", now=now)
    return made


def _refusal(text: InboundText, by: Actor, now: datetime) -> Refused | None:
    if text.patient is not None and text.patient.standing:
        reason = Reason("no-contact", "Nothing is sent to this patient any more.")
    elif replies.ALL in scopes(catalogue.SMS, text.sender):
        said = "This number asked for no more texts."
        reason = Reason("opted-out", said, "Call instead.")
    else:
        return None
    _record("inbox.answer_refused", text, by, now, code=reason.code)
    return Refused((reason,))


@transaction.atomic
def close(*, text_id: UUID, clinic_id: int, by: Actor, now: datetime) -> InboundText:
    """Nothing more is to be done about it. Raises NotFound."""
    text = _lock(text_id, clinic_id)
    _change(text, inbox.DONE, by, now)
    return text


@transaction.atomic
def undo(
    *, text_id: UUID, clinic_id: int, by: Actor, now: datetime
) -> InboundText | Refused:
    """Take the last step back; an answer too, while it has not left.

    Refused, on record, if there is none or the answer has left. Raises NotFound.
    """
    text = _lock(text_id, clinic_id)
    if not text.state_before:
        return _nothing(text, "There is no step to take back.", by, now)
    if text.state == inbox.ANSWERED and not _withdraw(text, now):
        return _nothing(text, "The answer has left; write another one.", by, now)
    text.state = text.state_before
    text.state_before, text.state_at, text.state_by = "", now, str(by)
    if text.state == inbox.UNREAD:
        text.assigned_to = None
    text.save()
    _record("inbox.undone", text, by, now, state=text.state)
    replan(subject=f"text:{text.pk}", now=now)
    return text


def _withdraw(text: InboundText, now: datetime) -> bool:
    """Take back the last answer; False once it is on its way."""
    last = reading.answers([text.pk]).last()
    if last is None:
        return True
    rows = Message.objects.filter(inbound=text, occurrence=str(last.pk))
    if rows.exclude(state__in=states.WAITING | states.STOPPED).exists():
        return False
    InboxAnswer.objects.filter(pk=last.pk).update(withdrawn_at=now)
    return True


def _nothing(text: InboundText, said: str, by: Actor, now: datetime) -> Refused:
    _record("inbox.undo_refused", text, by, now)
    return Refused((Reason("nothing-to-undo", said),))


@transaction.atomic
def link(
    *, text_id: UUID, clinic_id: int, patient_id: UUID, by: Actor, now: datetime
) -> InboundText:
    """Say whose text it is; the others of that number that are nobody's are theirs,
    too, unless several patients hold it.

    Raises NotFound, and Invalid for a text that is somebody's already.
    """
    lock(patient_id, clinic_id)
    found = reading.text(text_id, clinic_id)
    if found.patient_id is not None:
        raise Invalid([FieldError("/patient", "This text is somebody's already.")])
    shared = patients.holders(found.sender).exclude(pk=patient_id).exists()
    rows = [found.pk] if shared else reading.of_same_person(found)
    for text in reading.lock_texts(rows):
        text.patient_id = patient_id
        text.save(update_fields=["patient"])
        _record("inbox.linked", text, by, now)
    found.refresh_from_db()
    return found


def _lock(text_id: UUID, clinic_id: int) -> InboundText:
    """The text's row after its patient's."""
    found = reading.text(text_id, clinic_id)
    if found.patient_id is not None:
        lock_all([found.patient_id])
    reading.lock_texts([found.pk])
    return reading.text(text_id, clinic_id)


def _change(text: InboundText, state: str, by: Actor, now: datetime) -> None:
    if not inbox.can_become(text.state, state):
        return
    text.state_before, text.state = text.state, state
    text.state_at, text.state_by = now, str(by)
    text.save()
    _record(ACTS[state], text, by, now)


def _record(
    name: str, text: InboundText, by: Actor, now: datetime, **payload: str
) -> None:
    about = f"patient:{text.patient_id}" if text.patient_id else None
    journal.record(
        name,
        subject=about or f"clinic:{text.clinic_id}",
        by=by,
        at=now,
        payload={"text": text.pk, **payload},
    )
