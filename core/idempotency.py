"""One effect per key: the key's row lives in the transaction of its effect."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from django.db import OperationalError, connection
from django.db.models import QuerySet

from core.actor import Actor
from core.clock import real_now
from core.models import IdempotencyKey
from core.problems import Problem

KEPT_FOR = timedelta(hours=48)
LONGEST_KEY = 255
LOCK_TIMEOUT = "55P03"  # SQLSTATE


class KeyReused(Problem):
    code = "idempotency-key-reused"
    status = 422
    title = "This Idempotency-Key was used for another request"


class InProgress(Problem):
    """The first request with this key has not ended; it alone decides the outcome."""

    code = "in-progress"
    status = 409
    title = "The first request with this key is still running"
    headers: Mapping[str, str] = MappingProxyType({"Retry-After": "2"})

    def __init__(self) -> None:
        super().__init__(
            "Send it again with the same key in a moment: the answer will be the first"
            " one's, and nothing is done twice."
        )


class KeyTooLong(Problem):
    code = "idempotency-key-too-long"
    title = f"An Idempotency-Key has at most {LONGEST_KEY} characters"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str


def answer_once(
    *, by: Actor, key: str, target: str, body: bytes, run: Callable[[], Answer]
) -> Answer:
    """Run once per (membership, key); the same key and body again: the same answer.

    Call it first in the unit of work: the key is the first lock. A rival with the
    same key waits until this transaction ends, or is told that it is in progress. An
    exception leaves no key. Raises KeyReused if the key came with another body or
    target, InProgress.
    """
    if len(key) > LONGEST_KEY:
        raise KeyTooLong
    digest = hashlib.sha256(target.encode() + b"\n" + body).hexdigest()
    if not _claim(by, key, target, digest):
        return _replay(by, key, digest)
    answer = run()
    _rows(by, key).update(status=answer.status, body=answer.body)
    return answer


def _claim(by: Actor, key: str, target: str, digest: str) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO core_idempotencykey"
                " (actor, clinic_id, key, target, request_hash, body, created_at)"
                " VALUES (%s, %s, %s, %s, %s, '', clock_timestamp())"
                " ON CONFLICT (actor, clinic_id, key) DO NOTHING",
                [str(by), by.clinic_id, key, target, digest],
            )
            return bool(cursor.rowcount)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) == LOCK_TIMEOUT:
            raise InProgress from error
        raise


def _replay(by: Actor, key: str, digest: str) -> Answer:
    row = _rows(by, key).get()
    if row.request_hash != digest:
        raise KeyReused
    assert row.status is not None
    return Answer(row.status, row.body)


def _rows(by: Actor, key: str) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(actor=str(by), clinic_id=by.clinic_id, key=key)


def forget_old() -> int:
    """Drop keys older than 48 hours; how many went."""
    old = IdempotencyKey.objects.filter(created_at__lt=real_now() - KEPT_FOR)
    return old.delete()[0]
