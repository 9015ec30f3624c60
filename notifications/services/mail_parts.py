"""A mail's parts besides its words: invitation, closing lines, where answers go."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

from notifications.domain import catalogue
from notifications.domain.catalogue import KINDS
from notifications.domain.invitations import Invitation, Method
from notifications.domain.subjects import Visit
from notifications.models import Message
from notifications.selectors.situations import Situation
from notifications.services import mail_stops
from notifications.services.phones import spoken_phone

if TYPE_CHECKING:
    from clinics.models import Clinic

METHODS: dict[str, Method] = {"request": "REQUEST", "cancel": "CANCEL"}
NO_REPLY = {
    "en": "Please do not reply to this e-mail.",
    "es": "Por favor, no responda a este correo.",
}


def invitation(message: Message, situation: Situation) -> Invitation | None:
    """Return the entry this mail makes in the reader's calendar, if it makes one."""
    visit = situation.snapshot
    method = METHODS.get(KINDS[message.kind].invites)
    if message.channel != catalogue.EMAIL or method is None:
        return None
    if not isinstance(visit, Visit):
        return None
    return invitation_to(visit, situation.clinic, method, message.language)


def invitation_to(
    visit: Visit, clinic: "Clinic", method: Method, language: str
) -> Invitation:
    """Return a visit as it stands now, for a calendar."""
    return Invitation(
        method=method,
        visit_id=visit.id,
        revision=visit.revision,
        start=visit.start,
        end=visit.end,
        zone=ZoneInfo(clinic.time_zone),
        clinic=clinic.short_name,
        address=clinic.address,
        phone=spoken_phone(clinic.phone),
        language=language,
    )


def unsubscribe(message: Message, situation: Situation) -> str:
    """Return the address that ends such mail by one click, "" if it is not offered."""
    contact = situation.contacts.get(catalogue.EMAIL)
    if message.channel != catalogue.EMAIL or contact is None:
        return ""
    kind = KINDS[message.kind]
    if not kind.offers_stop:
        return ""
    return f"{settings.SITE_URL}/v/{mail_stops.token(contact, kind.purpose)}/mail/"


def closing(message: Message, situation: Situation) -> str:
    """Return the lines below a patient's mail: postal address, no reply."""
    if message.channel != catalogue.EMAIL or message.patient_id is None:
        return ""
    clinic, language = situation.clinic, message.language
    lines = [line.strip() for line in clinic.address.splitlines()]
    found = [", ".join(filter(None, lines))]
    if not (clinic.email or settings.EMAIL_REPLY_TO):
        found.append(NO_REPLY[language])
    return "\n".join(filter(None, found))
