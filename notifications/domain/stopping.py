"""Why a message is no longer wanted, in the words its row keeps."""

from notifications.domain import states
from notifications.domain.subjects import (
    Alarm,
    CheckIn,
    Enquiry,
    Offered,
    Subject,
    Visit,
)
from notifications.domain.wanted import Reach


def why(
    subject: Subject, reach: Reach, *, revision: int, channel: str
) -> tuple[str, str]:
    """Return (state, reason) for a message that `plan` no longer wants."""
    if not _is_live(subject):
        return states.CANCELLED, _ended(subject)
    if reach.silence:
        return states.CANCELLED, reach.silence
    if isinstance(subject, Visit) and revision != subject.revision:
        return states.SUPERSEDED, "revised"
    if isinstance(subject, Alarm):
        return states.CANCELLED, "not_on_call"
    if channel not in reach.consents:
        return states.SUPPRESSED, "no_consent"
    if channel not in reach.contacts:
        return states.SUPPRESSED, "no_address"
    return states.CANCELLED, "not_needed"


def _is_live(subject: Subject) -> bool:
    return subject.is_live if isinstance(subject, Visit) else subject.is_open


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
