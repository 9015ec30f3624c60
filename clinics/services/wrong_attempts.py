"""Counts of wrong attempts at an account, by the place they come from."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.utils.crypto import salted_hmac

from clinics.domain import attempt_limits
from clinics.domain.attempt_limits import Place
from clinics.models import WrongAttempts
from core.clock import real_now

ACCOUNT_SALT = "clinics.guessing.account"
PLACE_SALT = "clinics.guessing.place"

# One row a place; a count that has rested begins again at one.
COUNT = """
INSERT INTO clinics_wrongattempts (account_hash, place_hash, kind, failures, last_at)
VALUES (%s, %s, %s, 1, %s)
ON CONFLICT (account_hash, place_hash) DO UPDATE SET
  failures = CASE WHEN clinics_wrongattempts.last_at <= %s
    THEN 1 ELSE clinics_wrongattempts.failures + 1 END,
  last_at = excluded.last_at
"""


def is_locked(account: str, place: Place) -> bool:
    """Return True if nothing is tried for this account from this place for now."""
    rows = WrongAttempts.objects.filter(
        account_hash=_account(account), place_hash__in=_hashes(place)
    )
    now = real_now()
    return any(
        attempt_limits.is_locked(row.kind, row.failures, row.last_at, now)
        for row in rows
    )


def count(account: str, place: Place) -> None:
    """Add one wrong attempt. Call it outside of what a refusal rolls back."""
    now = real_now()
    with connection.cursor() as cursor:
        for one in attempt_limits.counted_at(place):
            rested = now - attempt_limits.limit_of(one.kind).rest
            cursor.execute(
                COUNT, [_account(account), _place(one), one.kind, now, rested]
            )


def forgive(account: str, place: Place) -> None:
    """End the counts of a place where the right answer was given."""
    hashes = {*_hashes(place), *_hashes(attempt_limits.of_codes(place))}
    WrongAttempts.objects.filter(
        account_hash=_account(account), place_hash__in=hashes
    ).delete()


def forgive_everywhere(account: str) -> int:
    """End every count of an account; return how many there were."""
    return WrongAttempts.objects.filter(account_hash=_account(account)).delete()[0]


def locked_accounts(accounts: Iterable[str]) -> set[str]:
    """Return those of `accounts` that are refused from some place now."""
    by_hash = {_account(account): account for account in accounts}
    now = real_now()
    rows = WrongAttempts.objects.filter(account_hash__in=by_hash)
    return {
        by_hash[row.account_hash]
        for row in rows
        if attempt_limits.is_locked(row.kind, row.failures, row.last_at, now)
    }


def forget_old(now: datetime) -> int:
    """Drop counts that have rested; return how many."""
    rested = now - attempt_limits.LONGEST_REST
    return WrongAttempts.objects.filter(last_at__lt=rested).delete()[0]


def _hashes(place: Place) -> list[str]:
    return [_place(one) for one in attempt_limits.counted_at(place)]


def _account(account: str) -> str:
    name = account.strip().lower()
    return salted_hmac(ACCOUNT_SALT, name, algorithm="sha256").hexdigest()


def _place(place: Place) -> str:
    return salted_hmac(PLACE_SALT, str(place), algorithm="sha256").hexdigest()
