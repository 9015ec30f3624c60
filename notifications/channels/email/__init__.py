"""Mail by Django's mail interface, and so by any provider Anymail knows.

A refused connection or a temporary refusal means "not sent"; a lost answer means
"maybe". The Message-ID is derived from our message, so that a second copy can be
told from another message.
"""

import smtplib
from email.utils import parseaddr

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage

from notifications.channels.contract import (
    Accepted,
    Capability,
    Letter,
    NotSent,
    Refused,
    Result,
    Unknown,
)

TOO_MANY_REQUESTS = 429
PERMANENT = 500


class EmailChannel:
    """Mail; nobody can be asked later whether it was taken."""

    name = "email"
    capability: Capability = "opaque"

    def send(self, letter: Letter) -> Result:
        """Hand one mail to the configured backend."""
        if letter.channel != self.name:
            return Refused("wrong_channel")
        try:
            mail = _mail(letter)
            mail.send()
        except smtplib.SMTPException as error:
            return _by_smtp(error)
        except AnymailRecipientsRefused:
            return Refused("recipient_refused")
        except AnymailAPIError as error:
            return _by_api(error)
        except ConnectionRefusedError:
            return NotSent("connection_refused")
        except OSError as error:
            return Unknown(type(error).__name__)
        return Accepted(_provider_id(mail))


def _mail(letter: Letter) -> EmailMessage:
    mail = EmailMessage(
        subject=letter.title,
        body=letter.body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.address],
        headers={"Message-ID": _message_id(letter)},
    )
    # Anymail hands this to the provider, whose callbacks then name our message.
    mail.metadata = {"message": str(letter.message_id)}  # type: ignore[attr-defined]
    return mail


def _message_id(letter: Letter) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{letter.message_id}@{domain}>"


def _provider_id(mail: EmailMessage) -> str:
    found = getattr(getattr(mail, "anymail_status", None), "message_id", None)
    return "" if found is None else str(found)


def _by_smtp(error: smtplib.SMTPException) -> Result:
    match error:
        case smtplib.SMTPRecipientsRefused():
            codes = [code for code, _ in error.recipients.values()]
            return _by_code(max(codes), "recipient_refused")
        case smtplib.SMTPConnectError() | smtplib.SMTPAuthenticationError():
            return NotSent(type(error).__name__)
        case smtplib.SMTPResponseException():
            return _by_code(error.smtp_code, type(error).__name__)
        case smtplib.SMTPServerDisconnected():
            return Unknown("disconnected")
    return Unknown(type(error).__name__)


def _by_code(code: int, reason: str) -> Result:
    """SMTP: 4xx is for later, 5xx is for good."""
    return Refused(reason) if code >= PERMANENT else NotSent(reason)


def _by_api(error: AnymailAPIError) -> Result:
    """HTTP: 429 was not taken, another 4xx never will be, the rest is a maybe."""
    status = error.status_code
    if status == TOO_MANY_REQUESTS:
        return NotSent("too_many_requests")
    if status is not None and status < PERMANENT:
        return Refused(f"http_{status}")
    return Unknown(f"http_{status}")
