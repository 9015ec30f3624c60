"""Messages as rows of a log: what, to whom, when, and what became of it in words."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.urls import reverse

from notifications import selectors
from notifications.domain.states import WAITING
from pages import states
from pages.words import sentence

if TYPE_CHECKING:
    from notifications.models import Message

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
    "connection_refused": "The mail server could not be reached",
    "untrusted_certificate": "The mail server's certificate is not trusted",
    "not_supported": "The mail provider cannot carry it",
    "misconfigured": "The mail provider's settings are incomplete",
    "disconnected": "The mail server broke off",
    "too_many_requests": "The provider asked to wait",
    "paused": "Sending is paused",
    "blocked": "The provider asked to wait",
}
HTTP = "http_"


def why(reason: str) -> str:
    """A message's reason in words; an error's own name says nothing to people."""
    if reason.startswith(HTTP):
        return f"The provider answered {reason.removeprefix(HTTP)}"
    if reason in WHY or reason.islower():
        return WHY.get(reason, sentence(reason))
    return "The channel failed" if reason else ""


def row(message: "Message", *, may_cancel: bool) -> dict[str, Any]:
    """One line of the log and of a patient's page."""
    state, tone = states.message_state(message)
    return {
        "at": message.sent_at or message.due_at,
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


def of_visit(clinic_id: int, patient_id: UUID, subject: str) -> list[dict[str, Any]]:
    """The messages about one visit, the one due last first."""
    rows = selectors.messages(clinic_id, patient_id=patient_id).filter(subject=subject)
    return [row(message, may_cancel=False) for message in rows[:MOST]]


def of_patient(clinic_id: int, patient_id: UUID) -> list[dict[str, Any]]:
    rows = selectors.messages(clinic_id, patient_id=patient_id)
    return [row(message, may_cancel=False) for message in rows[:MOST]]


def _who(message: "Message") -> str:
    if message.patient is not None:
        return message.patient.full_name
    return message.user.display_name if message.user else ""


def _patient_address(message: "Message") -> str:
    if message.patient_id is None:
        return ""
    return reverse("staff:patient", args=[message.patient_id])
