"""Put an invitation into a mail in the way its back end can carry.

Mail programs offer to take over a visit that stands as a further form of the text
(RFC 6047, 2.4). Most providers' APIs know text and HTML only: to them it goes as an
attached file.
"""

import copy

from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailUnsupportedFeature
from django.core.mail import EmailMultiAlternatives

from notifications.domain.invitations import FILE_NAME, Invitation

CALENDAR = "text/calendar"


def attach_invitation(
    mail: EmailMultiAlternatives, text: str, invitation: Invitation
) -> None:
    """Add the calendar file, as the last form of the text if that can be carried."""
    form = f"{CALENDAR}; method={invitation.method}"
    # No stub knows this method.
    if takes_form(mail.get_connection(), form):  # type: ignore[attr-defined]
        mail.attach_alternative(text, form)
    else:
        mail.attach(FILE_NAME, text, CALENDAR)


def takes_form(connection: object, form: str) -> bool:
    """Return True if the back end carries a further form of the text.

    Django's own write the mail themselves. One of Anymail builds what its provider
    takes and is asked by a mail of its own; nothing is sent.
    """
    if not isinstance(connection, AnymailBaseBackend):
        return True
    strict = copy.copy(connection)
    strict.ignore_unsupported_features = False
    probe = EmailMultiAlternatives("-", "-", "from@example.org", ["to@example.org"])
    probe.attach_alternative("-", form)
    try:
        strict.build_message_payload(probe, {})
    except AnymailUnsupportedFeature:
        return False
    return True
