"""Take in the texts that patients send: act on a reply, keep the rest for a person.

Every text is kept once, whatever it says and whoever it is from, in one transaction
with what it does. A STOP ends everything queued before this returns.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from clinics import selectors as clinics
from core import journal
from core.actor import Actor, job
from core.refusal import Refused
from notifications.domain import catalogue, inbox, replies, warning_words
from notifications.domain.replies import ReadReply
from notifications.models import InboundText
from notifications.selectors import inbox as reading
from notifications.selectors import meant
from notifications.selectors.opt_outs import scopes
from notifications.services import opt_outs
from notifications.services.planning import replan
from patients import selectors as patients
from patients.services import task_notes, tasks
from scheduling.booking import book, patient_answers

if TYPE_CHECKING:
    from clinics.models import Clinic
    from patients.models import Patient
    from scheduling.models import Appointment

RED_FLAG = "red-flag"
CANCEL_MEANT = "asks_about_cancel"
CALL_WITHIN = timedelta(hours=4)
ALARM_TEXTS = {
    1: "Emergency signs in a text: call the patient now.",
    2: "Warning signs in a text: a clinician calls the patient today.",
    3: "A text needs a call on the next business day.",
}
ACTS = (replies.CONFIRM, replies.RESCHEDULE, replies.DECLINE, replies.LATE)


@transaction.atomic
def receive(
    *,
    provider: str,
    event_id: str,
    sender: str,
    recipient: str,
    body: str,
    received_at: datetime,
    now: datetime,
) -> bool:
    """Take in one text, once: the same `event_id` again changes nothing.

    The numbers are E.164. Everybody whose number `sender` is, is locked first, in id
    order. False where no clinic is set up that could read it: then only a STOP or a
    START is kept.
    """
    sender, recipient = sender.strip()[:32], recipient.strip()[:32]
    body = body.replace("\x00", "")
    held_by = opt_outs.lock_holders(catalogue.SMS, sender)
    holders = list(patients.patients_by_id(held_by).values())
    reply = replies.classify(body)
    clinic_id = meant.clinic_of(recipient, sender, holders)
    if clinic_id is None:
        _keep_wish(sender, reply, now)
        return False
    clinic = clinics.clinic(clinic_id)
    own = [one for one in holders if one.clinic_id == clinic.pk]
    signs = warning_words.signs(body)
    text = InboundText(
        clinic=clinic,
        patient=own[0] if len(own) == 1 else None,
        provider=provider,
        event_id=event_id,
        sender=sender,
        recipient=recipient,
        body=body,
        received_at=received_at,
        created_at=now,
        meaning=reply.meaning,
        language=reply.language if len(own) != 1 else own[0].language,
        tier=signs[0].tier if signs else None,
        state_at=now,
        state_by=str(_machine(clinic)),
    )
    try:
        with transaction.atomic():
            text.save(force_insert=True)
    except IntegrityError:
        if InboundText.objects.filter(provider=provider, event_id=event_id).exists():
            return True
        raise
    _record("inbox.received", text, _by(text), now, meaning=reply.meaning)
    _take(text, reply, own, now)
    if signs:
        _sound(text, signs, now)
    replan(subject=f"text:{text.pk}", now=now)
    return True


def _keep_wish(sender: str, reply: ReadReply, now: datetime) -> None:
    """Nobody reads the text, but what its number wants holds for every clinic."""
    acts = {replies.STOP: opt_outs.stop, replies.START: opt_outs.start}
    if act := acts.get(reply.meaning):
        by = job("inbound_text")
        act(address=sender, source="text", scope=reply.scope, by=by, now=now)


def _take(
    text: InboundText, reply: ReadReply, own: "Sequence[Patient]", now: datetime
) -> None:
    """Do what the text says; what it cannot do stays unread for a person."""
    is_stopped = replies.ALL in scopes(catalogue.SMS, text.sender)
    handled = False
    if reply.meaning == replies.STOP:
        handled = _stop(text, reply, own, is_stopped, now)
    elif reply.meaning == replies.START:
        opt_outs.start(address=text.sender, source="text", by=_by(text), now=now)
        text.answers_with, handled = catalogue.START_CONFIRMED, True
    elif reply.meaning == replies.HELP:
        text.answers_with, handled = catalogue.TEXT_HELP, True
    elif reply.meaning in ACTS:
        handled = _answer(text, reply, own, now)
    if handled and text.tier is None:
        text.state = inbox.DONE
    elif not text.answers_with and not _was_told_today(text, now):
        text.answers_with = catalogue.TEXT_RECEIVED
    if is_stopped and reply.meaning != replies.START:
        text.answers_with = ""
    text.save()


def _stop(
    text: InboundText,
    reply: ReadReply,
    own: "Sequence[Patient]",
    is_stopped: bool,
    now: datetime,
) -> bool:
    """Stop at once. One confirmation, and none for a STOP that stands already."""
    known = scopes(catalogue.SMS, text.sender)
    opt_outs.stop(
        address=text.sender, source="text", scope=reply.scope, by=_by(text), now=now
    )
    if not is_stopped and reply.scope not in known:
        text.answers_with = (
            catalogue.STOP_CONFIRMED
            if reply.scope == replies.ALL
            else catalogue.PURPOSE_STOPPED
        )
    if not reply.is_doubtful:
        return not reply.has_more
    visits = meant.upcoming(own, now)
    for visit in visits:
        tasks.open(
            clinic_id=visit.clinic_id,
            patient_id=visit.patient_id,
            kind=CANCEL_MEANT,
            text="The patient texted CANCEL: no more texts are sent to them. Call and "
            "ask if they meant the visit.",
            subject=f"appointment:{visit.pk}",
            owner_role="coordinator",
            due_at=now + CALL_WITHIN,
            by=_by(text),
            now=now,
        )
    return not visits


def _answer(
    text: InboundText, reply: ReadReply, own: "Sequence[Patient]", now: datetime
) -> bool:
    """Answer the one visit that is meant; False if none or several may be."""
    visit = meant.visit(own, text.sender, now, on_the_way=reply.meaning == replies.LATE)
    if visit is None:
        return False
    outcome = _do(visit, reply, patients.actor_for(visit.patient), now)
    if isinstance(outcome, Refused):
        return False
    text.patient, text.appointment_ref = visit.patient, visit.pk
    text.language = text.language or visit.patient.language
    return True


def _do(
    visit: "Appointment", reply: ReadReply, by: Actor, now: datetime
) -> "Appointment | Refused":
    if reply.meaning == replies.CONFIRM:
        if visit.answer == "yes" and visit.confirmed_at is not None:
            return visit
        return book.confirm(appointment_id=visit.pk, by=by, now=now)
    if reply.meaning == replies.LATE:
        return patient_answers.tell_late(
            appointment_id=visit.pk, minutes=reply.minutes, by=by, now=now
        )
    return patient_answers.decline(
        appointment_id=visit.pk,
        answer="other" if reply.meaning == replies.RESCHEDULE else "no",
        by_text=True,
        by=by,
        now=now,
    )


def _was_told_today(text: InboundText, now: datetime) -> bool:
    zone = ZoneInfo(text.clinic.time_zone)
    today = datetime.combine(now.astimezone(zone).date(), time(), zone)
    return reading.was_answered_since(text.sender, text.clinic_id, today)


def _sound(
    text: InboundText, signs: Sequence[warning_words.Sign], now: datetime
) -> None:
    """Raise the alarm of the gravest sign; one as grave that is open takes it in."""
    tier = signs[0].tier
    subjects = [f"text:{key}" for key in reading.of_same_person(text)]
    open_alarms = patients.open_tasks_about(subjects, RED_FLAG)
    standing = list(open_alarms.filter(tier__lte=tier))
    by = _by(text)
    if not standing:
        task = tasks.open(
            clinic_id=text.clinic_id,
            patient_id=text.patient_id,
            kind=RED_FLAG,
            text=ALARM_TEXTS[tier],
            subject=f"text:{text.pk}",
            tier=tier,
            by=by,
            now=now,
        )
        standing = [task]
        codes = [sign.code for sign in signs]
        _record("inbox.red_flag_raised", text, by, now, tier=str(tier), flags=codes)
    said = "; ".join(sign.text for sign in signs)
    task_notes.add_to_all(standing, f"Text: {text.body} ({said})", by=by, now=now)


def _machine(clinic: "Clinic") -> Actor:
    return job("inbound_texts", clinic.pk)


def _by(text: InboundText) -> Actor:
    """The patient where the text is theirs alone; else nobody known."""
    if text.patient is not None:
        return patients.actor_for(text.patient)
    return _machine(text.clinic)


def _record(
    name: str, text: InboundText, by: Actor, now: datetime, **payload: object
) -> None:
    about = f"patient:{text.patient_id}" if text.patient_id else None
    journal.record(
        name,
        subject=about or f"clinic:{text.clinic_id}",
        by=by,
        at=now,
        payload={"text": text.pk, **payload},
    )
