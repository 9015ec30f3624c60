"""A REST client as small as the walk needs: one person with one API key."""

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ApiReply:
    """Status and body of one answer."""

    status: int
    body: Any

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass(frozen=True, slots=True)
class ApiPerson:
    """Somebody who calls the API; `password` signs for them."""

    name: str
    key: str
    password: str
    url: str

    def get(self, path: str, **query: object) -> ApiReply:
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: object, key: str = "") -> ApiReply:
        return self._send("POST", path, body, key or str(uuid.uuid4()))

    def signature(self, meaning: str) -> dict[str, str]:
        return {"password": self.password, "meaning": meaning}

    def _send(
        self, method: str, path: str, body: object = None, key: str = ""
    ) -> ApiReply:
        request = urllib.request.Request(  # noqa: S310  (the product's own address)
            f"{self.url}/api/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
            },
        )
        if key:
            request.add_header("Idempotency-Key", key)
        try:
            with urllib.request.urlopen(  # noqa: S310
                request, timeout=TIMEOUT_SECONDS
            ) as answer:
                return ApiReply(answer.status, _json(answer.read()))
        except urllib.error.HTTPError as refusal:
            return ApiReply(refusal.code, _json(refusal.read()))


def _json(content: bytes) -> Any:
    try:
        return json.loads(content or b"{}")
    except ValueError:
        return {"detail": content[:300].decode(errors="replace")}
