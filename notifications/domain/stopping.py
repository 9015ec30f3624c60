"""Reasons why a message is no longer wanted, in the words its row keeps."""

from notifications.domain import replies, states
from notifications.domain.subjects import (
    Alarm,
    Asked,
    CheckIn,
    Enquiry,
    Offered,
    Received,
    Subject,
    Visit,
)
from notifications.domain.wanted import Reach


def why(
    subject: Subject,
    reach: Reach,
    *,
    revision: int,
    channel: str,
    purpose: str = replies.ALL,
) -> tuple[str, str]:
    """Return (state, reason) for a message of that purpose that `plan` no longer
    wants."""
    if not _is_live(subject):
        return states.CANCELLED, _ended(subject)
    if reach.silence:
        return states.CANCELLED, reach.silence
    if isinstance(subject, Visit) and revision != subject.revision:
        return states.SUPERSEDED, "revised"
    if isinstance(subject, Alarm):
        return states.CANCELLED, "not_on_call"
    if isinstance(subject, Received):
        stopped = states.SUPPRESSED, "opted_out"
        return stopped if subject.is_stopped else (states.CANCELLED, "not_needed")
    return _by_reach(subject, reach.about(purpose), channel)


def _by_reach(
    subject: Visit | CheckIn | Offered | Enquiry | Asked, reach: Reach, channel: str
) -> tuple[str, str]:
    """By the patient's own word, or because the channel cannot be used."""
    if channel in reach.refused:
        return states.SUPPRESSED, "opted_out"
    if isinstance(subject, Visit) and subject.is_declined:
        return states.CANCELLED, "patient_declined"
    if isinstance(subject, Asked) and subject.reader is not None:
        return states.SUPPRESSED, "no_address"
    if channel not in reach.consents:
        return states.SUPPRESSED, "no_consent"
    if channel not in reach.contacts:
        return states.SUPPRESSED, "no_address"
    return states.CANCELLED, "not_needed"


def _is_live(subject: Subject) -> bool:
    match subject:
        case Visit():
            return subject.is_live
        case Received():
            return True
    return subject.is_open


def _ended(subject: Subject) -> str:
    match subject:
        case Visit():
            return f"visit_{subject.status}".replace("-", "_")
        case CheckIn():
            return "answered_or_closed"
        case Alarm():
            return "acknowledged"
        case Offered():
            return "offer_closed"
        case Enquiry():
            return "enquiry_answered"
        case Received():
            return "not_needed"
        case Asked():
            return "nothing_to_open"
