"""The floor of draining: claim, gate, attempt and settle of the same rows in raw SQL.

The same batches, locks, tables and indexes; no rule is asked and no word is written.
"""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg

BATCH = 150
DUE = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)

CLAIM = """
UPDATE notifications_message
   SET state = 'claimed', lease_token = %s, not_before = NULL,
       lease_until = clock_timestamp() + interval '60 seconds'
 WHERE id = ANY (ARRAY(
   SELECT id FROM notifications_message
    WHERE state = 'scheduled' AND next_at <= %s
      AND (not_before IS NULL OR not_before <= clock_timestamp())
    ORDER BY priority, next_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED))
RETURNING id, patient_id, body
"""
LOCK_PATIENTS = """
SELECT 1 FROM patients_patient WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE
"""
LOCK_MESSAGES = """
SELECT 1 FROM notifications_message
 WHERE id = ANY (%s) AND state = 'claimed' AND lease_token = %s
 ORDER BY id FOR NO KEY UPDATE
"""
ATTEMPT = """
INSERT INTO notifications_attempt
       (message_id, number, lease_token, provider, body, at, started_at)
SELECT l.id, 1, %s, 'raw', l.body, %s, clock_timestamp()
  FROM unnest(%s::uuid[], %s::text[]) l(id, body)
RETURNING id
"""
SENDING = """
UPDATE notifications_message
   SET state = 'sending', attempts = 1, provider = 'raw', sent_at = %s,
       lease_until = clock_timestamp() + interval '60 seconds'
 WHERE id = ANY (%s)
"""
OUTCOME = """
INSERT INTO notifications_attemptoutcome
       (attempt_id, outcome, reason, provider_message_id, is_applied, finished_at)
SELECT a, 'accepted', '', '', true, clock_timestamp() FROM unnest(%s::bigint[]) a
"""
ACCEPTED = """
UPDATE notifications_message m
   SET state = 'accepted', lease_token = NULL, lease_until = NULL,
       provider_message_id = 'raw-' || m.id
 WHERE id = ANY (%s) AND state = 'sending' AND lease_token = %s
"""


def drain(url: str) -> float:
    """Drain the database; how many messages a second."""
    sent, began = 0, time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        while done := _batch(connection):
            sent += done
    return sent / (time.perf_counter() - began)


def _batch(connection: "psycopg.Connection[tuple[Any, ...]]") -> int:
    token = uuid4()
    with connection.transaction():
        rows = connection.execute(CLAIM, [token, DUE, BATCH]).fetchall()
    ids = [row[0] for row in rows]
    if not ids:
        return 0
    with connection.transaction():
        connection.execute(LOCK_PATIENTS, [[row[1] for row in rows]])
        connection.execute(LOCK_MESSAGES, [ids, token])
        bodies = [row[2] for row in rows]
        made = connection.execute(ATTEMPT, [token, DUE, ids, bodies]).fetchall()
        connection.execute(SENDING, [DUE, ids])
    with connection.transaction():
        connection.execute(ACCEPTED, [ids, token])
        connection.execute(OUTCOME, [[row[0] for row in made]])
    return len(ids)
