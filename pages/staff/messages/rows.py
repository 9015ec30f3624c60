"""Messages as rows of a log: what, to whom, when, and what became of it in words."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse

from clinics.domain.policy import may
from notifications import selectors
from notifications.domain.states import WAITING
from notifications.selectors import message_log
from notifications.services.phones import spoken_phone
from pages.kit import states
from pages.kit.words import sentence

if TYPE_CHECKING:
    from notifications.models import Attempt, Message, PlannedCall

MOST = 20
# Why a message was not sent, as told to staff; others are spelled out.
WHY = {
    "by_hand": "Taken back by hand",
    "cap": "The patient had enough reminders for now",
    "quiet_hours": "It would have come at night, and too late after it",
    "too_late": "Its time was over before it could be sent",
    "no_consent": "The patient has not agreed to this channel",
    "no_contact": "There is no number or address",
    "opted_out": "The patient asked for no more messages",
    "not_wanted": "No longer needed",
    "not_needed": "No longer needed",
    "no_address": "There is no number or address",
    "patient_declined": "The patient said that they do not come then",
    "deceased": "The patient has died",
    "do_not_contact": "The patient wants no contact",
    "revised": "The visit was changed meanwhile",
    "answered_or_closed": "It was answered, or is closed",
    "acknowledged": "Somebody has taken it on",
    "not_on_call": "This person is not on call any more",
    "offer_closed": "The offer is closed",
    "nothing_to_open": "The link would lead nowhere any more",
    "visit_arrived": "The patient is here",
    "visit_checked_in": "The patient is here",
    "visit_fulfilled": "The visit is over",
    "visit_noshow": "The patient did not come",
    "visit_cancelled": "The visit was cancelled",
    "visit_entered_in_error": "The visit was entered in error",
    "clinic_sends_nothing": "The clinic sends nothing yet",
    "plan_being_undone": "A plan that moved the visit is being taken back",
    "too_many_attempts": "It was tried too often",
    "no_answer": "The sender stopped before the answer came",
    "stale": "The sender was held up; it is tried again",
    "wrong_channel": "The channel cannot carry it",
    "recipient_refused": "The address was refused",
    "connection_refused": "The provider could not be reached",
    "untrusted_certificate": "The provider's certificate is not trusted",
    "not_supported": "The mail provider cannot carry it",
    "misconfigured": "The provider's settings are incomplete or wrong",
    "disconnected": "The provider broke off",
    "too_many_requests": "The provider asked to wait",
    "provider_busy": "The provider asked to wait",
    "number_invalid": "The number does not exist",
    "number_takes_no_texts": "The number takes no texts: a landline",
    "number_not_allowed": "The provider does not send to this country or number",
    "number_unreachable": "The phone could not be reached, or blocks us",
    "content_refused": "A carrier refused the text",
    "connect_timeout": "The provider could not be reached",
    "name_not_found": "The provider could not be reached",
    "proxy_refused": "The provider could not be reached",
    "unreadable_answer": "The provider's answer could not be read",
    "not_called": "The provider does not answer",
    "paused": "Sending is paused",
    "blocked": "The provider asked to wait",
    "provider_down": "The provider does not answer; it is tried again",
    "timeout": "The provider did not answer in time",
    "subject_gone": "What it is about is not there any more",
}
HTTP = "http_"
UNJUDGED = "gate_failed:"
OUTCOMES = {
    "accepted": ("Taken by the provider", "success"),
    "not_sent": ("Not sent, tried again", "warning"),
    "refused": ("Refused for good", "danger"),
    "unknown": ("No answer", "warning"),
}
CALLS = {
    "no_channel": "No text or e-mail may be sent",
    "quiet_hours": "A message would have waited for the morning and been too late",
    "unanswered": "Nobody answered the message",
    "lost": "The message could not be delivered",
    "late": "The message could not leave in time",
    "doubt": "Nobody knows if the message arrived",
}
# The pages that a message's subject has, and who may open them.
SUBJECTS = {
    "appointment": ("staff:appointment", "appointment.read"),
}


def why(reason: str) -> str:
    """A message's reason in words; an error's own name says nothing to people."""
    if reason.startswith(HTTP):
        return f"The provider answered {reason.removeprefix(HTTP)}"
    if reason.startswith(UNJUDGED):
        return "It could not be judged: a fault of this system, which is on record"
    if reason in WHY or reason.islower():
        return WHY.get(reason, sentence(reason))
    return "The channel failed" if reason else ""


def row(message: "Message", *, may_cancel: bool) -> dict[str, Any]:
    """One line of the log and of a patient's page."""
    state, tone = states.message_state(message)
    return {
        "at": when(message),
        "address": reverse("staff:message", args=[message.pk]),
        "who": _who(message),
        "patient_address": _patient_address(message),
        "name": states.message_kind(message.kind),
        "title": message.title,
        "body": message.body,
        "channel": states.CHANNELS.get(message.channel, message.channel),
        "state": state,
        "tone": tone,
        "why": why(message.reason),
        "cancel_address": (
            reverse("staff:message_cancel", args=[message.pk])
            if may_cancel and message.state in WAITING
            else ""
        ),
    }


def when(message: "Message") -> datetime:
    """The instant it left, or wants to leave, or would have."""
    return message.sent_at or message.next_at


def attempt(one: "Attempt") -> dict[str, Any]:
    """One attempt to send a message, and what came of it."""
    outcome = getattr(one, "outcome", None)
    text, tone = OUTCOMES[outcome.outcome] if outcome else ("No outcome", "warning")
    return {
        "number": one.number,
        "at": one.at,
        "provider": states.PROVIDERS.get(one.provider, one.provider),
        "address": one.contact.value if one.contact else "",
        "body": one.body,
        "outcome": text,
        "tone": tone,
        "why": why(outcome.reason) if outcome else "The sender stopped before it",
        "finished_at": outcome.finished_at if outcome else None,
        "name_there": outcome.provider_message_id if outcome else "",
    }


def call(one: "PlannedCall", now: datetime) -> dict[str, Any]:
    """A telephone call in the place of a message, and how far it is."""
    state, tone = states.task_state(one.task, now)
    return {
        "text": one.task.text,
        "why": CALLS.get(one.reason, sentence(one.reason)),
        "due_at": one.task.due_at,
        "done_at": one.task.done_at,
        "outcome": one.task.outcome,
        "state": state,
        "tone": tone,
        "is_open": one.task.done_at is None,
    }


def subject_address(role: str, subject: str) -> str:
    """The page of what a message is about, "" where there is none for this role."""
    kind, _, key = subject.partition(":")
    name, action = SUBJECTS.get(kind, ("", ""))
    if not name or not may(role, action).allowed:
        return ""
    return reverse(name, args=[key])


def of_visit(
    clinic_id: int, patient_id: UUID, subject: str, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """List what was and will be said about one visit, and the calls in its place."""
    rows = selectors.messages(clinic_id, patient_id=patient_id, subject=subject)
    return _told(list(rows[:MOST]), list(message_log.calls_about([subject])), now)


def of_patient(
    clinic_id: int, patient_id: UUID, now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """The same of a patient: all that is planned, and the last that was said."""
    planned = list(selectors.planned_for(clinic_id, patient_id)[:MOST])
    past = list(selectors.past_of(clinic_id, patient_id)[:MOST])
    calls = list(message_log.calls_of(patient_id)[:MOST])
    return _told([*planned, *past], calls, now)


def _told(
    rows: "list[Message]", calls: "list[PlannedCall]", now: datetime
) -> dict[str, list[dict[str, Any]]]:
    """Parted into what will be said, was said, was not, and is to be telephoned."""
    planned = [one for one in rows if one.state in WAITING]
    said = [one for one in rows if one.sent_at and one.state not in WAITING]
    unsaid = [one for one in rows if one not in planned and one not in said]
    return {
        "planned": _lines(sorted(planned, key=when)),
        "said": _lines(sorted(said, key=when, reverse=True)),
        "unsaid": _lines(sorted(unsaid, key=when, reverse=True)),
        "calls": [call(one, now) for one in calls],
    }


def _lines(rows: "list[Message]") -> list[dict[str, Any]]:
    return [row(one, may_cancel=False) for one in rows]


def _who(message: "Message") -> str:
    if message.patient is not None:
        return message.patient.full_name
    if message.inbound is not None:
        return spoken_phone(message.inbound.sender)
    return message.user.display_name if message.user else ""


def _patient_address(message: "Message") -> str:
    if message.patient_id is None:
        return ""
    return reverse("staff:patient", args=[message.patient_id])
