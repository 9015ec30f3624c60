"""The token of a patient link: recomputable from its id, stored nowhere."""

import base64
import hashlib
import hmac
from datetime import date
from uuid import UUID

TOKEN_BYTES = 16
TOKEN_LENGTH = 22
MIN_KEY_LENGTH = 32


def token(key: str, link_id: UUID) -> str:
    """22 characters: the first 128 bits of HMAC-SHA256(key, link id), base64url."""
    if len(key) < MIN_KEY_LENGTH:
        raise ValueError(f"a link key has at least {MIN_KEY_LENGTH} characters")
    code = hmac.digest(key.encode(), link_id.bytes, hashlib.sha256)[:TOKEN_BYTES]
    return base64.urlsafe_b64encode(code).rstrip(b"=").decode()


def fingerprint(token: str) -> str:
    """The SHA-256 of a token in hex: all that is stored of it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def is_same_date(one: date, other: date) -> bool:
    """Compare two dates in a time that does not tell how much of them agrees."""
    return hmac.compare_digest(one.isoformat(), other.isoformat())
