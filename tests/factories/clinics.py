"""Clinics and people for tests: `clinic()`, `membership("nurse")`, `api_key(...)`."""

import itertools
from datetime import UTC, datetime

from django.contrib.auth.hashers import make_password

from clinics.domain.presence import Proof
from clinics.models import Clinic, Membership, OnCall, User
from clinics.selectors import actor_for
from clinics.services import api_keys
from core.actor import Actor

# A Tuesday, 10:00 in Houston.
NOW = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"
_HASHES: dict[str, str] = {}
_numbers = itertools.count(1)


def clinic(**fields: object) -> Clinic:
    number = next(_numbers)
    defaults: dict[str, object] = {
        "name": f"Bayou Joint Clinic {number}",
        "short_name": f"Bayou {number}",
        "slug": f"bayou-{number}",
        "time_zone": "America/Chicago",
        "phone": "+17135550100",
        "created_at": NOW,
    }
    return Clinic.objects.create(**{**defaults, **fields})


def user(*, password: str = PASSWORD, **fields: object) -> User:
    number = next(_numbers)
    if password not in _HASHES:
        _HASHES[password] = make_password(password)
    defaults: dict[str, object] = {
        "email": f"person{number}@example.org",
        "display_name": f"Robin Example {number}",
        "phone": f"+1713555{100 + number % 100:04d}",
        "password": _HASHES[password],
        "created_at": NOW,
    }
    return User.objects.create(**{**defaults, **fields})


def membership(
    role: str = "coordinator", at: Clinic | None = None, **fields: object
) -> Membership:
    """A new person with `role` at clinic `at` (or at a new one)."""
    return Membership.objects.create(
        user=user(**fields),  # type: ignore[arg-type]
        clinic=at or clinic(),
        role=role,
    )


def actor(role: str = "coordinator", at: Clinic | None = None) -> Actor:
    return actor_for(membership(role, at))


def on_call(person: Membership, position: int = 1) -> OnCall:
    return OnCall.objects.create(
        clinic=person.clinic, user=person.user, position=position
    )


def api_key(of: Membership, name: str = "test") -> str:
    """A living key of this membership, as it goes after "Bearer "."""
    return api_keys.issue(
        membership_id=of.pk, name=name, by=actor_for(of), now=NOW
    ).token


def proof(of: Membership, meaning: str = "", at: datetime = NOW) -> Proof:
    """A person shown to be present, without the password round trip."""
    return Proof(
        user_id=of.user_id,
        name=of.user.display_name,
        role=of.role,
        clinic_id=of.clinic_id,
        method="password",
        at=at,
        meaning=meaning,
    )
