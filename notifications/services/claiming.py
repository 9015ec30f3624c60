"""Claim: take a few due messages under a lease, urgent first, nobody waiting."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

BATCH = 10
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
    ORDER BY priority, next_at LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id, priority, next_at
"""  # noqa: S608  (LEASE is a constant)


def claim(*, now: datetime, limit: int = BATCH) -> tuple[UUID, list[UUID]]:
    """Return a lease token and the ids claimed under it, the first to send first."""
    token = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"token": token, "now": now, "limit": limit})
        rows = cursor.fetchall()
    rows.sort(key=lambda row: (row[1], row[2], row[0]))
    return token, [row[0] for row in rows]
