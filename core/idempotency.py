"""One effect per key: the key's row lives in the transaction of its effect."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from core.actor import Actor
from core.clock import real_now
from core.models import IdempotencyKey
from core.problems import Problem

KEPT_FOR = timedelta(hours=48)
LONGEST_KEY = 255


class KeyReused(Problem):
    code = "idempotency-key-reused"
    status = 422
    title = "This Idempotency-Key was used for another request"


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
    """Run once per (actor, key); the same key and body again gives the same answer.

    Call it first in the unit of work: the key is the first lock. A rival with the
    same key waits until this transaction ends. An exception leaves no key.
    Raises KeyReused if the key came with another body or target.
    """
    if len(key) > LONGEST_KEY:
        raise KeyTooLong
    digest = hashlib.sha256(target.encode() + b"\n" + body).hexdigest()
    if not _claim(str(by), key, target, digest):
        return _replay(str(by), key, digest)
    answer = run()
    IdempotencyKey.objects.filter(actor=str(by), key=key).update(
        status=answer.status, body=answer.body
    )
    return answer


def _claim(actor: str, key: str, target: str, digest: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_idempotencykey"
            " (actor, key, target, request_hash, body, created_at)"
            " VALUES (%s, %s, %s, %s, '', clock_timestamp())"
            " ON CONFLICT (actor, key) DO NOTHING",
            [actor, key, target, digest],
        )
        return bool(cursor.rowcount)


def _replay(actor: str, key: str, digest: str) -> Answer:
    row = IdempotencyKey.objects.get(actor=actor, key=key)
    if row.request_hash != digest:
        raise KeyReused
    assert row.status is not None
    return Answer(row.status, row.body)


def forget_old() -> int:
    """Drop keys older than 48 hours; how many went."""
    old = IdempotencyKey.objects.filter(created_at__lt=real_now() - KEPT_FOR)
    return old.delete()[0]
