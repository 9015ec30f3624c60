"""API keys: shown once, stored as a hash, each the key of one Membership."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinics.models import ApiKey, Membership
from core import journal
from core.actor import Actor
from core.clock import real_now
from core.problems import NotFound

MARK = "cp"
TOKEN = re.compile(rf"{MARK}_(?P<prefix>[0-9a-f]{{8}})_.+", re.ASCII)
# How stale `last_used_at` may get before a request writes it.
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key; `token` is shown now and never again."""

    key: ApiKey
    token: str


def issue(*, membership_id: int, name: str, by: Actor, now: datetime) -> Issued:
    """Give out a new key that acts as this membership until revoked."""
    membership = Membership.objects.get(pk=membership_id)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = f"{MARK}_{prefix}_{secret}"
    key = ApiKey.objects.create(
        membership=membership,
        name=name,
        prefix=prefix,
        key_hash=_hash(token),
        created_at=now,
    )
    journal.record(
        "api_key.issued",
        subject=f"user:{membership.user_id}",
        by=by,
        at=now,
        payload={"key": prefix, "clinic": membership.clinic_id},
    )
    return Issued(key, token)


def revoke(*, key_id: int, clinic_id: int, by: Actor, now: datetime) -> ApiKey:
    """End a key at once; revoking twice changes nothing. Raises NotFound."""
    found = ApiKey.objects.filter(pk=key_id, membership__clinic_id=clinic_id)
    key = found.select_related("membership").first()
    if key is None:
        raise NotFound
    if found.filter(revoked_at=None).update(revoked_at=now):
        journal.record(
            "api_key.revoked",
            subject=f"user:{key.membership.user_id}",
            by=by,
            at=now,
            payload={"key": key.prefix, "clinic": clinic_id},
        )
    key.refresh_from_db()
    return key


def authenticate(token: str) -> Membership | None:
    """Return the membership of a live key of a live account, or None."""
    key = _find(token)
    if key is None:
        return None
    _note_use(key)
    return key.membership


def owner_of_prefix(token: str) -> Membership | None:
    """Return the membership a key claims to be of, even if its secret is wrong."""
    shape = TOKEN.fullmatch(token)
    if shape is None:
        return None
    keys = ApiKey.objects.select_related("membership__user")
    found = keys.filter(prefix=shape["prefix"]).first()
    return found.membership if found else None


def _find(token: str) -> ApiKey | None:
    live = ApiKey.objects.filter(
        revoked_at=None,
        membership__user__is_active=True,
        membership__ended_at=None,
    )
    return (
        live.select_related("membership__user", "membership__clinic")
        .filter(key_hash=_hash(token))
        .first()
    )


def _note_use(key: ApiKey) -> None:
    now = real_now()
    if key.last_used_at is None or now - key.last_used_at > USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def _hash(token: str) -> str:
    # A secret of 256 random bits needs no slow hash: it cannot be guessed.
    return hashlib.sha256(token.encode()).hexdigest()
