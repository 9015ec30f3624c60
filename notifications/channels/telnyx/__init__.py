"""Texts by Telnyx, with its own library (extra `sms`), imported at the first text.

Like Twilio it tells of every message by itself, at an address that names ours.
"""

import json
import logging
import ssl
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings

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
from notifications.channels.telnyx.codes import CODES
from notifications.channels.verdicts import by_answer

log = structlog.get_logger()

CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
STATUSES = {
    "queued": "accepted",
    "sending": "accepted",
    "sent": "accepted",
    "delivered": "delivered",
    "read": "delivered",
    "expired": "undelivered",
    "sending_failed": "undelivered",
    "delivery_failed": "undelivered",
    # "delivery_unconfirmed": the carrier will never tell; it was sent.
    "delivery_unconfirmed": "accepted",
}
RECEIVED = "message.received"


class TelnyxChannel:
    """Texts; it tells by itself what it took."""

    name = "telnyx"
    capability: Capability = "callback"

    def prepare(self) -> None:
        """Import the library: it takes longer than a letter may wait."""
        _client(settings.TELNYX)

    def send(self, letter: Letter) -> Result:
        """Hand one text to Telnyx; nothing is tried twice."""
        if letter.channel != "sms":
            return Refused("wrong_channel")
        try:
            made = _client(settings.TELNYX).messages.send(**_fields(letter))
            name = made.data.id
        except Exception as error:  # noqa: BLE001  (whatever it was, it has a verdict)
            return _verdict(error)
        return Accepted(name) if isinstance(name, str) else Unknown("unreadable_answer")

    def read_status(self, posted: Posted) -> ProviderNews | None:
        """Return what became of a text."""
        event = _verified(posted)
        payload = event.get("payload") or {}
        to = payload.get("to") or [{}]
        state = STATUSES.get(str(to[0].get("status", "")))
        if not event.get("id") or state is None:
            return None
        errors = payload.get("errors") or [{}]
        code = str(errors[0].get("code", ""))
        reason = CODES.get(code, f"telnyx_{code}") if code.isdecimal() else ""
        return ProviderNews(
            event_id=str(event["id"])[:120],
            message_ref=posted.query.get("message", ""),
            provider_message_id=str(payload.get("id", ""))[:120],
            type=state,
            reason=reason[:40] if state == "undelivered" else "",
            occurred_at=_instant(event.get("occurred_at")),
        )

    def read_inbound(self, posted: Posted) -> Written | None:
        """Return the text that somebody wrote."""
        event = _verified(posted)
        payload = event.get("payload") or {}
        sender = (payload.get("from") or {}).get("phone_number")
        if event.get("event_type") != RECEIVED or not sender:
            return None
        to = payload.get("to") or [{}]
        return Written(
            # The message's own name: the same text may be told by two events.
            event_id=str(payload.get("id") or event.get("id"))[:120],
            sender=str(sender),
            recipient=str(to[0].get("phone_number", "")),
            body=str(payload.get("text") or ""),
            received_at=_instant(payload.get("received_at")),
        )


def _fields(letter: Letter) -> dict[str, Any]:
    known = settings.TELNYX
    where = urlencode({"message": str(letter.message_id)})
    fields: dict[str, Any] = {
        "to": letter.address,
        "text": letter.body,
        "webhook_url": f"{settings.SITE_URL}/hooks/telnyx/status?{where}",
        "use_profile_webhooks": False,
    }
    if known.messaging_profile:
        fields["messaging_profile_id"] = known.messaging_profile
    if known.sender:
        fields["from_"] = known.sender
    return fields


@lru_cache(maxsize=4)
def _client(known: Any) -> Any:
    import httpx  # noqa: PLC0415  (an extra)
    import telnyx  # noqa: PLC0415

    # At DEBUG it would log numbers and words.
    logging.getLogger("telnyx").setLevel(logging.WARNING)
    return telnyx.Telnyx(
        api_key=known.api_key,
        public_key=known.public_key,
        base_url=known.base_url,
        max_retries=0,
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
    )


def _verdict(error: Exception) -> Result:
    """Verdict on a call that raised, by how far it came."""
    import httpx  # noqa: PLC0415
    import telnyx  # noqa: PLC0415

    if isinstance(error, telnyx.APIStatusError):
        answer = error.response
        return by_answer(answer.status_code, _code(error.body), answer.headers, CODES)
    cause = error.__cause__
    if isinstance(cause, httpx.ConnectTimeout | httpx.PoolTimeout):
        return NotSent("connect_timeout")
    if isinstance(cause, httpx.ProxyError):
        return NotSent("proxy_refused")
    if isinstance(cause, httpx.ConnectError):
        return NotSent(_before_connecting(cause))
    if isinstance(error, telnyx.APITimeoutError):
        return Unknown("timeout")
    if isinstance(error, telnyx.APIConnectionError):
        return Unknown("disconnected")
    if isinstance(error, telnyx.APIError | AttributeError | ValueError):
        return Unknown("unreadable_answer")
    log.warning("telnyx_failed", error=type(error).__name__)
    return Unknown(type(error).__name__)


def _before_connecting(error: BaseException) -> str:
    """The reason of a line that was never there, from the error's own causes."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ssl.SSLCertVerificationError):
            return "untrusted_certificate"
        inner = inner.__cause__ or inner.__context__
    return "connection_refused"


def _code(body: object) -> str:
    """The first error's code of an answer; "" where there is none."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], dict):
        return ""
    return str(errors[0].get("code", ""))


def _verified(posted: Posted) -> dict[str, Any]:
    """The event that Telnyx signed. Raises Forged."""
    import telnyx  # noqa: PLC0415

    known = settings.TELNYX
    if not known.public_key:
        raise Forged
    try:
        text = posted.body.decode("utf-8")
        _client(known).webhooks.unwrap(
            text, headers=posted.headers, key=known.public_key
        )
        event = json.loads(text)["data"]
    except (ValueError, KeyError, TypeError, telnyx.TelnyxError):
        raise Forged from None
    if not isinstance(event, dict):
        raise Forged
    return event


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
