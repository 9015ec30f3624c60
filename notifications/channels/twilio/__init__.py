"""Texts by Twilio, with its own library (extra `sms`), imported at the first text.

Twilio knows no key for "the same message": one whose answer was lost is found out by
the status callback, whose address names our message.
"""

import logging
import ssl
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict

from notifications.channels.contract import (
    Accepted,
    Capability,
    Forged,
    Letter,
    NotSent,
    Posted,
    ProviderNews,
    Refused,
    Result,
    Unknown,
    Written,
)
from notifications.channels.twilio.codes import CODES
from notifications.channels.verdicts import by_answer

if TYPE_CHECKING:
    from requests import RequestException

log = structlog.get_logger()

API = "https://api.twilio.com"
FORM = "application/x-www-form-urlencoded"
# Connect, then wait for each part of the answer: together less than half a lease.
TIMEOUTS = (3.0, 10.0)
CREATED = 300
# In Twilio's own queue a text must not outlive its use; by default it waits 10 hours.
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
# What Twilio calls a message's status, as a state of ours; others tell us nothing.
STATUSES = {
    "accepted": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "accepted",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "undelivered",
    "canceled": "undelivered",
}


class TwilioChannel:
    """Texts; it tells by itself what it took."""

    name = "twilio"
    capability: Capability = "callback"

    def __init__(self) -> None:
        # A client holds one connection: each thread that calls has its own.
        self._here = threading.local()

    def prepare(self) -> None:
        """Import the library: it takes longer than a letter may wait."""
        _client()

    def send(self, letter: Letter) -> Result:
        """Hand one text to Twilio; nothing is tried twice."""
        if letter.channel != "sms":
            return Refused("wrong_channel")
        client = self._client()
        client.http_client.answer = None
        try:
            made = client.messages.create(**_fields(letter))
        except Exception as error:  # noqa: BLE001  (whatever it was, it has a verdict)
            return _verdict(error, client.http_client.answer)
        if made.error_code:
            code = str(made.error_code)
            return by_answer(400, code, {}, CODES)
        return Accepted(str(made.sid)) if made.sid else Unknown("unreadable_answer")

    def _client(self) -> Any:
        if getattr(self._here, "settings", None) != settings.TWILIO:
            self._here.client, self._here.settings = _client(), settings.TWILIO
        return self._here.client

    def read_status(self, posted: Posted) -> ProviderNews | None:
        """Return what became of a text."""
        form = _verified(posted)
        sid, status = form.get("MessageSid", ""), form.get("MessageStatus", "")
        state = STATUSES.get(status)
        if not sid or state is None:
            return None
        code = form.get("ErrorCode", "")
        reason = CODES.get(code, f"twilio_{code}") if code.isdecimal() else ""
        return ProviderNews(
            event_id=f"{sid}:{status}"[:120],
            message_ref=posted.query.get("message", ""),
            provider_message_id=sid,
            type=state,
            reason=reason[:40] if state == "undelivered" else "",
        )

    def read_inbound(self, posted: Posted) -> Written | None:
        """Return the text that somebody wrote."""
        form = _verified(posted)
        sid = form.get("MessageSid", "")
        if not sid or not form.get("From"):
            return None
        return Written(
            event_id=sid[:120],
            sender=form["From"],
            recipient=form.get("To", ""),
            body=form.get("Body", ""),
        )


def _fields(letter: Letter) -> dict[str, Any]:
    known = settings.TWILIO
    where = urlencode({"message": str(letter.message_id)})
    fields: dict[str, Any] = {
        "to": letter.address,
        "body": letter.body,
        "status_callback": f"{settings.SITE_URL}/hooks/twilio/status?{where}",
    }
    if letter.expires_at is not None:
        left = min(max(letter.expires_at - letter.at, SHORTEST), LONGEST)
        fields["validity_period"] = int(left.total_seconds())
    if known.messaging_service:
        return fields | {"messaging_service_sid": known.messaging_service}
    return fields | {"from_": known.sender}


def _client() -> Any:
    """A client of the library that asks the address of our settings, once a call."""
    from requests.adapters import HTTPAdapter  # noqa: PLC0415  (an extra)
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415
    from twilio.rest import Client  # noqa: PLC0415

    known = settings.TWILIO

    class Http(TwilioHttpClient):  # type: ignore[misc]
        """Keeps the answer's status and headers, which the library drops."""

        answer: Any = None

        def request(self, method: str, url: str, **options: Any) -> Any:
            there = known.base_url + url.removeprefix(API)
            self.answer = super().request(method, there, **options)
            return self.answer

    # It would log addresses of our account at every text.
    silent = logging.getLogger("twilio.silent")
    silent.disabled = True
    http = Http(logger=silent)
    http.timeout = TIMEOUTS
    for scheme in ("https://", "http://"):
        http.session.mount(scheme, HTTPAdapter(max_retries=0))
    return Client(
        known.api_key or known.account_sid,
        known.api_secret if known.api_key else known.auth_token,
        account_sid=known.account_sid,
        http_client=http,
    )


def _verdict(error: Exception, answer: Any) -> Result:
    """Verdict on a call that raised, by how far it came."""
    from requests import RequestException  # noqa: PLC0415  (an extra)

    if answer is not None:
        if answer.status_code < CREATED:
            return Unknown("unreadable_answer")
        code = str(getattr(error, "code", ""))
        return by_answer(answer.status_code, code, answer.headers, CODES)
    if isinstance(error, RequestException):
        return _by_line(error)
    log.warning("twilio_failed", error=type(error).__name__)
    return Unknown(type(error).__name__)


def _by_line(error: "RequestException") -> Result:
    """No answer came: before the request was written, it is certain that none left."""
    from requests import exceptions  # noqa: PLC0415
    from urllib3.exceptions import (  # noqa: PLC0415
        MaxRetryError,
        NameResolutionError,
        NewConnectionError,
        ProxyError,
    )

    if isinstance(error, exceptions.ConnectTimeout):
        return NotSent("connect_timeout")
    inner = error.args[0] if error.args else None
    cause = inner.reason if isinstance(inner, MaxRetryError) else inner
    if isinstance(cause, NameResolutionError):
        return NotSent("name_not_found")
    if isinstance(cause, NewConnectionError):
        return NotSent("connection_refused")
    if isinstance(cause, ProxyError):
        return NotSent("proxy_refused")
    if isinstance(error, exceptions.SSLError):
        certificate = getattr(cause, "args", (None,))[0]
        if isinstance(certificate, ssl.SSLCertVerificationError):
            return NotSent("untrusted_certificate")
    if isinstance(error, exceptions.Timeout):
        return Unknown("timeout")
    return Unknown("disconnected")


def _verified(posted: Posted) -> dict[str, str]:
    """The fields of a form that Twilio signed. Raises Forged."""
    from twilio.request_validator import RequestValidator  # noqa: PLC0415

    signature = posted.headers.get("x-twilio-signature", "")
    token = settings.TWILIO.auth_token
    if not (token and signature) or posted.content_type != FORM:
        raise Forged
    try:
        form = QueryDict(posted.body, encoding="utf-8")
    except SuspiciousOperation:
        raise Forged from None
    if not RequestValidator(token).validate(posted.url, form, signature):
        raise Forged
    return {name: str(form[name]) for name in form}
