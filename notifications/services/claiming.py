"""Claim: take a few due messages under a lease, urgent first, nobody waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from notifications.domain.catalogue import CHANNELS

# One gate for so many: a patient whose row it locks waits for half as many
# milliseconds, and each statement is shared by all of them.
BATCH = 150
LEASE = "60 seconds"

# Leases and retries run on the database's own clock, due times on domain time.
CLAIM = f"""
UPDATE notifications_message
   SET state = 'claimed', lease_token = %(token)s,
       lease_until = clock_timestamp() + interval '{LEASE}', not_before = NULL
 WHERE id = ANY (ARRAY(
   SELECT id FROM notifications_message
    WHERE state = 'scheduled' AND next_at <= %(now)s
      AND (not_before IS NULL OR not_before <= clock_timestamp())
      AND channel = ANY (%(channels)s) AND priority <= %(priority)s
    ORDER BY priority, next_at LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id, priority, next_at, subject, patient_id, task_id
"""  # noqa: S608  (LEASE is a constant)
ANY_PRIORITY = 9


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours for now, and what of it never changes."""

    id: UUID
    priority: int
    next_at: datetime
    subject: str
    patient_id: UUID | None
    task_id: UUID | None


def claim(
    *,
    now: datetime,
    limit: int = BATCH,
    channels: Sequence[str] = CHANNELS,
    priority: int = ANY_PRIORITY,
) -> tuple[UUID, list[Claimed]]:
    """Return a lease token and what was claimed under it, the first to send first.

    Only messages on `channels`, and of `priority` or more urgent ones.
    """
    token = uuid4()
    asked: dict[str, Any] = {
        "token": token,
        "now": now,
        "limit": limit,
        "channels": list(channels),
        "priority": priority,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, asked)
        rows = [Claimed(*row) for row in cursor.fetchall()]
    rows.sort(key=lambda row: (row.priority, row.next_at, row.id))
    return token, rows
