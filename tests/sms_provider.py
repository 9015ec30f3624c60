"""A provider of texts on this machine, over real HTTP: Twilio's dialect or Telnyx's.

It behaves as told, message by message, keeps a ledger of what it took, and can tell of
it by signed callbacks, in any order.
"""

import base64
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from nacl.signing import SigningKey
from twilio.request_validator import RequestValidator

ACCOUNT, TOKEN = "AC" + "0" * 32, "a-token-of-the-tests"
SIGNING_KEY = SigningKey(bytes(range(32)))
PUBLIC_KEY = base64.b64encode(bytes(SIGNING_KEY.verify_key)).decode()
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Manner:
    """Answer to one request.

    `takes`: the text is accepted, whatever the answer. `cut`: the line breaks "before"
    the answer or "inside" it. `waits` seconds before any answer.
    """

    status: int = 201
    code: str = ""
    takes: bool = False
    waits: float = 0.0
    retry_after: str = ""
    cut: str = ""
    garbage: bool = False


ACCEPT = Manner(takes=True)
MANNERS: dict[str, Manner] = {
    "accept": ACCEPT,
    "slow": Manner(takes=True, waits=0.2),
    "refused": Manner(400, "invalid"),
    "opted_out": Manner(400, "opted_out"),
    "busy": Manner(429, "busy", retry_after="2"),
    "down": Manner(500),
    "down_but_took": Manner(500, takes=True),
    "unavailable": Manner(503, retry_after="3"),
    "late_before": Manner(waits=9),
    "late_after": Manner(takes=True, waits=9),
    "reset_before": Manner(cut="before"),
    "reset_inside": Manner(takes=True, cut="inside"),
    "garbage": Manner(takes=True, garbage=True),
}
# Names of errors in each dialect.
CODES = {
    "twilio": {"invalid": 21211, "opted_out": 21610, "busy": 20429, "": 20500},
    "telnyx": {"invalid": 40310, "opted_out": 40300, "busy": 10011, "": 10007},
}

Behave = Callable[["Taken", int], str | Manner]


@dataclass(frozen=True)
class Taken:
    """One request to send, as the provider understood it."""

    name: str
    message: UUID
    to: str
    body: str
    callback: str
    fields: dict[str, Any] = field(compare=False, default_factory=dict)


class SmsProvider:
    """The provider. `behave(request, nth)` names a manner for the nth try of a text."""

    dialects: ClassVar = ("twilio", "telnyx")

    def __init__(self, dialect: str, behave: Behave = lambda taken, nth: "accept"):
        self.dialect, self.behave = dialect, behave
        self.asked: list[Taken] = []
        self.ledger: list[Taken] = []
        self._tries: Counter = Counter()
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "SmsProvider":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}" + ("" if self.dialect == "twilio" else "/v2")

    @property
    def copies(self) -> Counter:
        """Count how often it took each message of ours."""
        return Counter(taken.message for taken in self.ledger)

    def answer(self, taken: Taken, http: "BaseHTTPRequestHandler") -> None:
        with self._lock:
            self._tries[taken.message] += 1
            manner = self.behave(taken, self._tries[taken.message])
            manner = MANNERS[manner] if isinstance(manner, str) else manner
            self.asked.append(taken)
            if manner.takes:
                self.ledger.append(taken)
        if manner.waits:
            self._leaving.wait(manner.waits)
        if manner.cut == "before":
            _hang_up(http)
            return
        body = b"<html>" if manner.garbage else self._body(taken, manner)
        http.send_response(manner.status)
        http.send_header("Content-Type", "application/json")
        if manner.retry_after:
            http.send_header("Retry-After", manner.retry_after)
        http.send_header("Content-Length", str(len(body)))
        http.end_headers()
        if manner.cut == "inside":
            http.wfile.write(body[: len(body) // 2])
            http.wfile.flush()
            _hang_up(http)
            return
        http.wfile.write(body)

    def _body(self, taken: Taken, manner: Manner) -> bytes:
        code = CODES[self.dialect].get(manner.code, manner.code)
        if self.dialect == "twilio":
            good: Any = {"sid": taken.name, "status": "queued", "error_code": None}
            bad: Any = {"code": code, "message": "no", "status": manner.status}
        else:
            good = {"data": {"id": taken.name, "to": [{"status": "queued"}]}}
            bad = {"errors": [{"code": str(code), "title": "no"}]}
        return json.dumps(good if manner.status < 300 else bad).encode()

    # What it tells by itself.

    def callback(self, taken: Taken, status: str, code: str = "") -> "Callback":
        """A signed report of that message's status, in this provider's words."""
        if self.dialect == "twilio":
            fields = {
                "MessageSid": taken.name,
                "MessageStatus": status,
                "AccountSid": ACCOUNT,
                "To": taken.to,
            }
            if code:
                fields["ErrorCode"] = str(CODES["twilio"].get(code, code))
            return signed_form(taken.callback, fields)
        words = {"undelivered": "delivery_failed"}
        errors = [{"code": str(CODES["telnyx"].get(code, code))}] if code else []
        payload = {
            "id": taken.name,
            "to": [{"status": words.get(status, status), "phone_number": taken.to}],
            "errors": errors,
        }
        kind = "message.sent" if status == "sent" else "message.finalized"
        return signed_json(taken.callback, kind, payload)

    def inbound(self, site: str, sender: str, text: str) -> "Callback":
        """A signed report of a text that somebody wrote."""
        url = f"{site}/hooks/{self.dialect}/inbound"
        if self.dialect == "twilio":
            fields = {"MessageSid": _name("SM"), "From": sender, "To": "+17135550199"}
            return signed_form(url, fields | {"Body": text})
        payload = {
            "id": str(uuid4()),
            "from": {"phone_number": sender},
            "to": [{"phone_number": "+17135550199"}],
            "text": text,
            "received_at": "2026-09-01T15:00:00Z",
        }
        return signed_json(url, "message.received", payload)


@dataclass(frozen=True)
class Callback:
    """A request of the provider to us."""

    url: str
    body: bytes
    content_type: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    def post(self, client: Any, **changes: Any) -> Any:
        """Post it to our own application by Django's test client."""
        body = changes.pop("body", self.body)
        headers = {**self.headers, **changes.pop("headers", {})}
        path = changes.pop("path", self.path)
        return client.post(
            path, body, content_type=self.content_type, headers=headers, **changes
        )


def signed_form(url: str, fields: dict[str, str], token: str = TOKEN) -> Callback:
    from urllib.parse import urlencode

    signature = RequestValidator(token).compute_signature(url, fields)
    body = urlencode(fields).encode()
    return Callback(url, body, FORM, {"X-Twilio-Signature": signature})


def signed_json(
    url: str, kind: str, payload: dict[str, Any], *, event: str = "", age: int = 0
) -> Callback:
    data = {"id": event or str(uuid4()), "event_type": kind, "payload": payload}
    body = json.dumps({"data": data}).encode()
    at = str(int(time.time()) - age)
    signature = SIGNING_KEY.sign(f"{at}|".encode() + body).signature
    headers = {
        "Telnyx-Timestamp": at,
        "Telnyx-Signature-Ed25519": base64.b64encode(signature).decode(),
    }
    return Callback(url, body, "application/json", headers)


def mixed(seed: str, wrong: list[str], share: float = 0.3) -> Behave:
    """So many of the messages go wrong in one of these ways at their first try.

    Later tries do not, also where they are another provider's with the same manner.
    """
    dice, seen = random.Random(seed), set()

    def behave(taken: Taken, nth: int) -> str:
        is_first = taken.message not in seen
        seen.add(taken.message)
        return dice.choice(wrong) if is_first and dice.random() < share else "accept"

    return behave


def _name(prefix: str) -> str:
    return prefix + uuid4().hex


def _hang_up(http: BaseHTTPRequestHandler) -> None:
    """Break the line with a reset, as a machine that dies does."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    http.connection.close()
    http.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that lost patience is what these tests are about."""


def _handler(provider: SmsProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            provider.answer(_read(provider.dialect, body), self)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _read(dialect: str, body: bytes) -> Taken:
    if dialect == "twilio":
        given = {key: values[0] for key, values in parse_qs(body.decode()).items()}
        to, text, callback = given["To"], given["Body"], given["StatusCallback"]
        name = _name("SM")
    else:
        given = json.loads(body)
        to, text, callback = given["to"], given["text"], given["webhook_url"]
        name = str(uuid4())
    message = UUID(parse_qs(urlsplit(callback).query)["message"][0])
    return Taken(name, message, to, text, callback, given)
