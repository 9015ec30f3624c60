"""Mail by Django's mail interface, and so by any provider Anymail knows.

A refused connection or a temporary refusal means "not sent"; a lost answer means
"maybe". The Message-ID is derived from our message, so that a second copy can be
told from another message.
"""

import smtplib
import ssl
from contextlib import suppress
from email.utils import formataddr, parseaddr

from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives

from notifications.channels.contract import (
    Accepted,
    Capability,
    Letter,
    NotSent,
    Refused,
    Result,
    Unknown,
)
from notifications.channels.email.html import html_of, one_line
from notifications.channels.email.invitations import attach_invitation
from notifications.domain.invitations import Invitation, calendar_file

TOO_MANY_REQUESTS = 429
PERMANENT = 500


# A missing setting is no AnymailError to Anymail.
FAILURES = (smtplib.SMTPException, AnymailError, AnymailConfigurationError, OSError)


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
            _hand_over(mail)
        except FAILURES as error:
            return _by_error(error)
        return Accepted(_provider_id(mail))


def _hand_over(mail: EmailMessage) -> None:
    """Send, and hang up whatever happened: Django leaves the line open when a login
    is refused, and a sender would keep one more with every try."""
    # No stub knows this method.
    connection = mail.get_connection()  # type: ignore[attr-defined]
    try:
        mail.send()
    finally:
        close = getattr(connection, "close", None)
        if close is not None:
            with suppress(OSError, smtplib.SMTPException):
                close()


def _mail(letter: Letter) -> EmailMultiAlternatives:
    reply_to = letter.reply_to or settings.EMAIL_REPLY_TO
    text = (
        f"{letter.body.rstrip()}\n\n{letter.closing}" if letter.closing else letter.body
    )
    mail = EmailMultiAlternatives(
        subject=one_line(letter.title),
        body=text,
        from_email=_sender(letter),
        to=[letter.address],
        reply_to=[reply_to] if reply_to else None,
        # Auto-Submitted (RFC 3834): no holiday answer comes back.
        headers={
            "Message-ID": _message_id(letter),
            "Auto-Submitted": "auto-generated",
            **_unsubscribe(letter),
        },
    )
    mail.attach_alternative(html_of(text, letter.language), "text/html")
    if letter.invitation is not None:
        attach_invitation(mail, _calendar(letter, letter.invitation), letter.invitation)
    # Anymail hands this to the provider, whose callbacks then name our message.
    mail.metadata = {"message": str(letter.message_id)}  # type: ignore[attr-defined]
    return mail


def _unsubscribe(letter: Letter) -> dict[str, str]:
    """A mail program's own button (RFC 8058), which presses only over HTTPS."""
    if not letter.unsubscribe:
        return {}
    found = {"List-Unsubscribe": f"<{letter.unsubscribe}>"}
    if letter.unsubscribe.startswith("https://"):
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return found


def _calendar(letter: Letter, invitation: Invitation) -> str:
    """The organizer is the sender: mail programs trust no other one's changes."""
    organizer = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return calendar_file(
        invitation, at=letter.at, organizer=organizer, attendee=letter.address
    )


def _sender(letter: Letter) -> str:
    """The clinic's name with the address this installation may send from."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(letter.sender) or name, address))


def _message_id(letter: Letter) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{letter.message_id}@{domain}>"


def _provider_id(mail: EmailMessage) -> str:
    found = getattr(getattr(mail, "anymail_status", None), "message_id", None)
    return "" if found is None else str(found)


def _by_error(error: Exception) -> Result:
    """Verdict of an error on whether the mail left."""
    match error:
        case smtplib.SMTPException():
            return _by_smtp(error)
        case AnymailRecipientsRefused():
            return Refused("recipient_refused")
        case AnymailAPIError():
            return _by_api(error)
        case AnymailUnsupportedFeature() | AnymailSerializationError():
            return Refused("not_supported")  # found before anything left
        case AnymailConfigurationError():
            return NotSent("misconfigured")
        case ConnectionRefusedError():
            return NotSent("connection_refused")
        case ssl.SSLCertVerificationError():
            return NotSent("untrusted_certificate")  # before anything was said
    return Unknown(type(error).__name__)


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
