"""The address in a mail's header that ends mail: no login, one press.

Its token is signed and names a contact by its id, so that nobody can end another
person's mail, and nobody learns an address from it.
"""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing

from core.actor import job
from notifications.domain import catalogue
from notifications.services import opt_outs
from patients import selectors as patients

if TYPE_CHECKING:
    from patients.models import ContactPoint

SALT = "notifications.mail_stops"
SOURCE = "unsubscribe"


def token(contact: "ContactPoint") -> str:
    """Return the token that ends mail to this contact's address."""
    return _signer().sign(contact.pk.hex)


def contact_of(token: str) -> "ContactPoint | None":
    """Return the contact a token names; None if we did not make it."""
    try:
        key = UUID(_signer().unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    return patients.contact_by_id(key)


def stop(contact: "ContactPoint", *, now: datetime) -> None:
    """Send no more mail to this address, whoever of our patients holds it."""
    by = job("mail_stop", contact.patient.clinic_id)
    opt_outs.stop(
        address=contact.value, source=SOURCE, channel=catalogue.EMAIL, by=by, now=now
    )


def start(contact: "ContactPoint", *, now: datetime) -> None:
    """Take a stop back."""
    by = job("mail_stop", contact.patient.clinic_id)
    opt_outs.start(
        address=contact.value, source=SOURCE, channel=catalogue.EMAIL, by=by, now=now
    )


def _signer() -> signing.Signer:
    return signing.Signer(key=settings.LINK_KEY, salt=SALT)
