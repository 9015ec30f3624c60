"""Codes of other apps as a person reads them: a word and its tone."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from notifications.domain.catalogue import CHECK_INS
from pages.kit.words import distance, sentence
from procedures.follow_up import windows

if TYPE_CHECKING:
    from notifications.models import Message
    from patients.models import Task
    from scheduling.models import Appointment, Offer

VISITS = {
    "booked": ("Booked", "neutral"),
    "arrived": ("Arrived", "info"),
    "checked-in": ("Checked in", "info"),
    "fulfilled": ("Done", "success"),
    "cancelled": ("Cancelled", "neutral"),
    "noshow": ("Did not come", "danger"),
    "entered-in-error": ("Entered in error", "neutral"),
    "held": ("Held", "warning"),
}
# The patient's last answer, where they do not come then.
DECLINED = {
    "other": ("Wants another time", "warning"),
    "no": ("Cannot come", "danger"),
}
# These take no more time of the day.
OVER = frozenset({"fulfilled", "cancelled", "noshow", "entered-in-error"})

MESSAGES = {
    "scheduled": ("Planned", "neutral"),
    "claimed": ("Being sent", "info"),
    "sending": ("Being sent", "info"),
    "uncertain": ("Not known if it arrived", "warning"),
    "accepted": ("Sent", "success"),
    "delivered": ("Delivered", "success"),
    "undelivered": ("Not delivered", "danger"),
    "cancelled": ("Cancelled", "neutral"),
    "expired": ("Too late to send", "warning"),
    "suppressed": ("Not sent", "warning"),
    "superseded": ("Replaced", "neutral"),
    "dead": ("Given up", "danger"),
}
KINDS = {
    "confirmation": "Confirmation of the visit",
    "day_before": "Reminder, the day before",
    "moved": "The visit was moved",
    "cancelled": "The visit was cancelled",
    "offer": "Offer of a free time",
    "offer_gone": "The offered time is gone",
    **{
        kind: f"Recovery check-in, {windows.name(code).lower()}"
        for code, kind in CHECK_INS.items()
    },
    "enquiry_received": "Enquiry received",
    "questionnaire": "Questions before the visit",
    "prepare_t14": "Preparation, 14 days before",
    "prepare_t7": "Preparation, 7 days before",
    "prepare_t2": "Preparation, 2 days before",
    "missed": "We missed you",
    "check_in": "Recovery check-in",
    "check_in_nudge": "Recovery check-in, reminder",
    "time_to_book": "Time to book a follow-up",
    "book_nudge": "Time to book, reminder",
    "on_call_page": "Page to the on-call person",
    "new_link": "New link, as asked for",
    "password_reset": "New password, as asked for",
    "trial": "Test of a text",
    "other_times": "Link to other times",
    "running_late": "The clinic runs late",
    "stop_confirmed": "STOP confirmed",
    "purpose_stopped": "STOP of one purpose confirmed",
    "start_confirmed": "START confirmed",
    "text_help": "Answer to HELP",
    "text_received": "A text was received",
    "inbox_answer": "Answer to a text",
}
# The provider that takes what the send mode keeps from leaving.
SANDBOX = "sandbox"
CHANNELS = {"sms": "Text message", "email": "E-mail"}
PROVIDERS = {
    "file": "Demo mailbox",
    "console": "Log of this demo",
    SANDBOX: "Sandbox: kept here",
    "email": "Mail server",
    "twilio": "Twilio",
    "telnyx": "Telnyx",
}
OFFERS = {
    "offered": ("No answer yet", "info"),
    "accepted": ("Accepted", "success"),
    "declined": ("Declined", "neutral"),
    "expired": ("Ran out", "warning"),
    "too-late": ("Too late", "neutral"),
    "withdrawn": ("Taken back", "neutral"),
}
INBOX = {
    "unread": ("Unread", "warning"),
    "assigned": ("Taken on", "info"),
    "answered": ("Answered", "success"),
    "done": ("Done", "neutral"),
}
TASKS = {
    "done": ("Closed", "success"),
    "late": ("Late", "danger"),
    "due": ("Due", "warning"),
    "acknowledged": ("Taken", "info"),
    "open": ("Open", "neutral"),
}


def visit_state(status: str, confirmed: bool, answer: str = "") -> tuple[str, str]:
    """A booked visit says what its patient answered last."""
    if status == "booked" and answer in DECLINED:
        return DECLINED[answer]
    if status == "booked" and confirmed:
        return "Confirmed", "success"
    return VISITS.get(status, (sentence(status), "neutral"))


def appointment_state(appointment: "Appointment") -> tuple[str, str]:
    confirmed = bool(appointment.confirmed_at)
    return visit_state(appointment.status, confirmed, appointment.answer)


def lateness(start: datetime, status: str, now: datetime, says_minutes: int = 0) -> str:
    """ "Late 12 min" of a patient who should be here by now, or who says they are."""
    if status != "booked":
        return ""
    if says_minutes and now < start + timedelta(minutes=says_minutes):
        return f"Says {says_minutes} min late"
    if now <= start:
        return ""
    return f"Late {distance(now - start)}"


def message_state(message: "Message") -> tuple[str, str]:
    """One that the send mode kept here was sent to nobody, whatever its state."""
    if message.provider == SANDBOX and message.state == "accepted":
        return "Held back: test mode", "warning"
    return MESSAGES.get(message.state, (sentence(message.state), "neutral"))


def message_kind(kind: str) -> str:
    return KINDS.get(kind, sentence(kind))


def offer_state(offer: "Offer") -> tuple[str, str]:
    """An offer whose patient has not been told yet says so."""
    if offer.state == "offered" and offer.announced_at is None:
        return "About to be sent", "neutral"
    return OFFERS[offer.state]


def task_state(task: "Task", now: datetime) -> tuple[str, str]:
    return TASKS[task.state(now)]
