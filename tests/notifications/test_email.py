"""The mail adapter against Django's and Anymail's real backends."""

import dataclasses
import smtplib
import socket
import ssl
from uuid import UUID

import pytest
from anymail.exceptions import AnymailRequestsAPIError
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from notifications.channels import email
from notifications.channels.contract import (
    Accepted,
    Letter,
    NotSent,
    Refused,
    Unknown,
)
from tests.factories.notifications import NOW

MESSAGE = UUID("0b5c2f0e-7d57-4b8e-9d0b-4b1f5c1f2a33")
LETTER = Letter(
    message_id=MESSAGE,
    attempt_id=1,
    lease_token=MESSAGE,
    provider="email",
    channel="email",
    address="marisol@example.org",
    title="Your visit: Tue Sep 8 at 9:00 AM",
    body="Hello Marisol,\n",
    clinic_id=1,
    patient_id=MESSAGE,
    user_id=None,
    at=NOW,
    handed_at=0.0,
)
ANYMAIL_TEST = "anymail.backends.test.EmailBackend"


def test_a_mail_leaves_with_an_id_derived_from_the_message():
    result = email.EmailChannel().send(LETTER)

    (sent,) = mail.outbox
    assert result == Accepted("")
    assert (sent.to, sent.subject) == (["marisol@example.org"], LETTER.title)
    assert sent.extra_headers["Message-ID"] == f"<{MESSAGE}@example.org>"


def test_anymail_is_told_our_message_and_tells_us_its_own(settings):
    settings.EMAIL_BACKEND = ANYMAIL_TEST
    settings.ANYMAIL = {}

    result = email.EmailChannel().send(LETTER)

    (sent,) = mail.outbox
    assert sent.anymail_test_params["metadata"] == {"message": str(MESSAGE)}
    assert result == Accepted(str(sent.anymail_status.message_id))
    assert result.provider_message_id


class Raises(BaseEmailBackend):
    """A connection whose every send raises."""

    def __init__(self, error):
        self.error = error

    def send_messages(self, messages):
        raise self.error


def recipients_refused(code):
    return smtplib.SMTPRecipientsRefused({"marisol@example.org": (code, b"")})


def api_error(status):
    error = AnymailRequestsAPIError("no")
    error.status_code = status
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(), NotSent("connection_refused")),
        (TimeoutError(), Unknown("TimeoutError")),
        (smtplib.SMTPServerDisconnected(), Unknown("disconnected")),
        (recipients_refused(550), Refused("recipient_refused")),
        (recipients_refused(450), NotSent("recipient_refused")),
        (smtplib.SMTPDataError(451, b"later"), NotSent("SMTPDataError")),
        (smtplib.SMTPDataError(554, b"never"), Refused("SMTPDataError")),
        (smtplib.SMTPException(), Unknown("SMTPException")),
        (api_error(429), NotSent("too_many_requests")),
        (api_error(422), Refused("http_422")),
        (api_error(503), Unknown("http_503")),
        (api_error(None), Unknown("http_None")),
    ],
)
def test_every_failure_says_whether_it_left(monkeypatch, error, expected):
    monkeypatch.setattr(
        "django.core.mail.message.EmailMessage.get_connection",
        lambda self, fail_silently=False: Raises(error),
    )

    assert email.EmailChannel().send(LETTER) == expected


class NeverOpens(Raises):
    """A connection that cannot be opened."""

    def open(self):
        raise self.error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "connect_timeout"),
        (socket.gaierror(), "name_not_found"),
        (ConnectionRefusedError(), "connection_refused"),
        (ssl.SSLCertVerificationError(), "untrusted_certificate"),
        (smtplib.SMTPServerDisconnected(), "disconnected"),
        (smtplib.SMTPConnectError(554, b"no service"), "SMTPConnectError"),
        (smtplib.SMTPHeloError(504, b"no"), "SMTPHeloError"),
        (smtplib.SMTPAuthenticationError(535, b""), "SMTPAuthenticationError"),
        (OSError("network is unreachable"), "OSError"),
    ],
)
def test_a_line_that_was_never_open_has_sent_nothing(monkeypatch, error, reason):
    monkeypatch.setattr(
        "django.core.mail.message.EmailMessage.get_connection",
        lambda self, fail_silently=False: NeverOpens(error),
    )

    assert email.EmailChannel().send(LETTER) == NotSent(reason)


def test_a_server_that_takes_the_call_and_never_greets_has_nothing(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.EMAIL_HOST, settings.EMAIL_PORT = mute.getsockname()

        # smtplib hides the time-out of a greeting.
        assert email.EmailChannel().send(LETTER) == NotSent("disconnected")


def test_a_text_message_is_no_mail():
    letter = dataclasses.replace(LETTER, channel="sms")

    assert email.EmailChannel().send(letter) == Refused("wrong_channel")
