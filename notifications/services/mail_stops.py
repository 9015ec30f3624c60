"""The address in a mail's header that ends such mail: no login, one press.

Its token is signed and names a contact by its id, so that nobody can end another
person's mail, and nobody learns an address from it. One press ends what the mail was
for (reminders, recovery questions), as a text's STOP REMINDERS does; the page behind
it ends all.
"""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing

from core.actor import job
from notifications.domain import catalogue, replies
from notifications.services import opt_outs
from patients import selectors as patients

if TYPE_CHECKING:
    from patients.models import ContactPoint

SALT = "notifications.mail_stops"
SOURCE = "unsubscribe"


def token(contact: "ContactPoint", scope: str = replies.ALL) -> str:
    """Return the token that ends mail of that scope to this contact's address."""
    named = contact.pk.hex
    return _signer().sign(named if scope == replies.ALL else f"{named}.{scope}")


def read(token: str) -> "tuple[ContactPoint, str] | None":
    """Return the contact and the scope a token names; None if we did not make it."""
    try:
        named, _, scope = _signer().unsign(token).partition(".")
        contact = patients.contact_by_id(UUID(named))
    except (signing.BadSignature, ValueError):
        return None
    return (contact, scope or replies.ALL) if contact is not None else None


def stop(contact: "ContactPoint", scope: str, *, now: datetime) -> None:
    """Send no more such mail to this address, whoever of our patients holds it."""
    opt_outs.stop(
        address=contact.value,
        source=SOURCE,
        scope=scope,
        channel=catalogue.EMAIL,
        by=job("mail_stop", contact.patient.clinic_id),
        now=now,
    )


def start(contact: "ContactPoint", scope: str, *, now: datetime) -> None:
    """Take a stop of that scope back; with all, every one."""
    opt_outs.start(
        address=contact.value,
        source=SOURCE,
        scope=scope,
        channel=catalogue.EMAIL,
        by=job("mail_stop", contact.patient.clinic_id),
        now=now,
    )


def _signer() -> signing.Signer:
    return signing.Signer(key=settings.LINK_KEY, salt=SALT)
