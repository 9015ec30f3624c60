"""The journal: what was done, by whom and when, in one hash chain per stream."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from core.actor import Actor
from core.models import JournalEntry

# `clinic` is for acts of configuration only.
STREAMS = frozenset(
    {
        "appointment",
        "episode",
        "patient",
        "hold",
        "waitlist",
        "resource",
        "enquiry",
        "user",
        "clinic",
    }
)


@dataclass(frozen=True, slots=True)
class Break:
    """The first broken link of a stream."""

    stream: str
    seq: int
    fault: str


def of_clinic(clinic_id: int) -> QuerySet[JournalEntry]:
    """Every entry of the clinic, the latest first."""
    return JournalEntry.objects.filter(clinic_id=clinic_id).order_by("-pk")


def record(
    name: str,
    *,
    subject: str,
    by: Actor,
    at: datetime,
    payload: Mapping[str, Any] | None = None,
) -> JournalEntry:
    """Add one entry to the stream `subject`, such as "episode:<id>".

    `name` is past tense ("appointment.moved"); `payload` holds ids, codes and
    quantities as strings with their unit. Raises ValueError for an unknown stream.
    """
    if subject.partition(":")[0] not in STREAMS:
        raise ValueError(f"no journal stream for {subject!r}")
    return JournalEntry.objects.create(
        stream=subject,
        name=name,
        actor=str(by),
        actor_name=by.name,
        actor_role=by.role,
        clinic_id=by.clinic_id,
        occurred_at=at,
        payload=_text(payload or {}),
    )


def entries(stream: str) -> QuerySet[JournalEntry]:
    """The entries of one stream, oldest first."""
    return JournalEntry.objects.filter(stream=stream).order_by("seq")


def _text(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, default=_plain, sort_keys=True, ensure_ascii=False)


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a journal payload")


FIRST_BREAKS = """
WITH links AS (
  SELECT *, lag(hash, 1, '\\x00') OVER w AS last_hash, lag(seq, 1, 0) OVER w AS last_seq
    FROM core_journalentry WINDOW w AS (PARTITION BY stream ORDER BY seq)
), faults AS (
  SELECT stream, seq, CASE
      WHEN seq <> last_seq + 1 THEN 'an entry before it is missing'
      WHEN prev_hash <> last_hash THEN 'it does not follow from the entry before it'
      WHEN hash <> sha256(core_journal_canon(stream, seq, name, actor, actor_name,
        actor_role, clinic_id, occurred_at, recorded_at, payload, prev_hash))
        THEN 'its content was changed' END AS fault
    FROM links
  UNION ALL
  SELECT h.stream, coalesce(e.seq, 0) + 1, 'the end of the stream is missing'
    FROM core_chainhead h
    LEFT JOIN (SELECT stream, max(seq) AS seq FROM core_journalentry GROUP BY 1) e
      USING (stream)
   WHERE h.seq > coalesce(e.seq, 0)
  UNION ALL
  SELECT e.stream, e.seq, 'it is not what the head of the stream names'
    FROM core_journalentry e LEFT JOIN core_chainhead h USING (stream)
   WHERE h.stream IS NULL OR e.seq > h.seq OR (e.seq = h.seq AND e.hash <> h.hash)
)
SELECT DISTINCT ON (stream) stream, seq, fault
  FROM faults WHERE fault IS NOT NULL ORDER BY stream, seq
"""


def first_breaks() -> list[Break]:
    """The first broken link of every stream that has one."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST_BREAKS)
        return [Break(*row) for row in cursor.fetchall()]
