"""The rows a gate writes: gathered while it judges, written in a few statements."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from notifications.domain.render import RenderedWords
from notifications.domain.templates import template
from notifications.models import Message
from notifications.selectors import reviews
from notifications.selectors.providers import Door
from notifications.selectors.situations import Situation
from notifications.services import languages, wording

LOOK_AGAIN = timedelta(seconds=30)

# The attempt is on record before the call, and its message is on its way.
LET_GO = """
WITH leaving AS (
  SELECT * FROM unnest(%s::uuid[], %s::int[], %s::text[], %s::uuid[], %s::text[],
                       %s::text[], %s::text[], %s::int[], %s::jsonb[])
         AS l(id, number, provider, contact, title, body, language, version, also)
), written AS (
  INSERT INTO notifications_attempt
         (message_id, number, lease_token, provider, contact_id, body, at, started_at)
  SELECT id, number, %s::uuid, provider, contact, body, %s, clock_timestamp()
    FROM leaving
  RETURNING id, message_id
), sent AS (
  UPDATE notifications_message m
     SET state = 'sending', reason = '', attempts = l.number, provider = l.provider,
         title = l.title, body = l.body, sent_at = %s, language = l.language,
         template_version = l.version, also = l.also,
         lease_until = clock_timestamp() + interval '60 seconds'
    FROM leaving l WHERE m.id = l.id
)
SELECT message_id, id FROM written
"""
PUT_BACK = """
UPDATE notifications_message m
   SET state = 'scheduled', reason = b.reason, lease_token = NULL, lease_until = NULL,
       next_at = coalesce(b.next_at, m.next_at),
       not_before = greatest(b.not_before, clock_timestamp() + b.pause)
  FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[],
              %s::interval[]) AS b(id, reason, next_at, not_before, pause)
 WHERE m.id = b.id
"""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message that may go: its words as they leave and as they are kept."""

    message: Message
    situation: Situation
    provider: str
    open: RenderedWords
    kept: RenderedWords


@dataclass(slots=True)
class Writing:
    """Decisions of a gate that are not yet written."""

    now: datetime
    leaving: list[Leaving] = field(default_factory=list)
    back: list[tuple[Any, ...]] = field(default_factory=list)
    _reviewed: dict[int, frozenset[str]] = field(default_factory=dict)

    def reviewed(self, clinic_id: int) -> frozenset[str]:
        """Return the languages a clinic lets its texts be sent in; asked once."""
        if clinic_id not in self._reviewed:
            self._reviewed[clinic_id] = reviews.reviewed(clinic_id)
        return self._reviewed[clinic_id]

    def let_go(self, message: Message, situation: Situation, provider: str) -> None:
        """Note that the message leaves by `provider`."""
        # As the reader reads now, whatever it was when the message was planned.
        message.language = languages.of(situation, self.reviewed)
        text = template(message.kind, message.language, message.channel)
        message.template_version = text.version
        others = wording.told_with(message, situation)
        message.also = wording.told_also(others)
        words, kept = wording.open_words(message, situation, self.now, others)
        self.leaving.append(Leaving(message, situation, provider, words, kept))

    def put_back(self, message: Message, next_at: datetime) -> None:
        """Note that the message waits for an instant of domain time."""
        self.back.append((message.pk, "", next_at, None, None))

    def hold(self, message: Message, door: Door) -> None:
        """Note that the message is looked at again in a while, and why."""
        self.back.append((message.pk, door.held, None, door.until, LOOK_AGAIN))

    def write(self, token: UUID) -> Iterator[tuple[Leaving, int]]:
        """Write it all; each message that leaves with the id of its attempt."""
        with connection.cursor() as cursor:
            if self.back:
                columns = map(list, zip(*self.back, strict=True))
                cursor.execute(PUT_BACK, list(columns))
            if not self.leaving:
                return
            cursor.execute(LET_GO, [*self._columns(), token, self.now, self.now])
            attempts = dict(cursor.fetchall())
        for left in self.leaving:
            yield left, attempts[left.message.pk]

    def _columns(self) -> list[list[Any]]:
        contacts = [
            left.situation.contacts.get(left.message.channel) for left in self.leaving
        ]
        return [
            [left.message.pk for left in self.leaving],
            [left.message.attempts + 1 for left in self.leaving],
            [left.provider for left in self.leaving],
            [contact.pk if contact else None for contact in contacts],
            [left.kept.title for left in self.leaving],
            [left.kept.body for left in self.leaving],
            [left.message.language for left in self.leaving],
            [left.message.template_version for left in self.leaving],
            [json.dumps(left.message.also) for left in self.leaving],
        ]
