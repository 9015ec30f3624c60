"""Compare the rows with what is wanted, and find messages nobody works on.

Uses `plan()` for what should be, and SQL of its own for what there is to plan.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q

from core.problems import NotFound
from notifications.domain import states
from notifications.domain.catalogue import KINDS
from notifications.domain.plan import plan
from notifications.domain.templates import LANGUAGES
from notifications.models import Message, PlannedCall
from notifications.selectors import providers, situations
from notifications.selectors.situations import Situation
from notifications.selectors.trouble import dead, in_doubt, unjudged
from notifications.services.planning import base_key, standing_keys

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class MessageFault:
    """Something is lost, extra or stuck; `text` says it in words, without names."""

    kind: str
    subject: str
    text: str


# What could want a message now: visits ahead or just called off, open check-ins,
# visits just missed, new enquiries, unanswered alarms, offers of time ahead; and
# whatever still waits, wanted or not.
SUBJECTS = """
SELECT 'appointment:' || id FROM scheduling_appointment
 WHERE in_person AND ((status = 'booked' AND upper(during) > %(now)s)
    OR (status IN ('cancelled', 'entered-in-error')
        AND lower(during) > %(now)s - interval '2 hours')
    OR (status = 'noshow' AND status_at > %(now)s - interval '3 days'))
UNION SELECT 'enquiry:' || id FROM patients_enquiry
 WHERE closed_at IS NULL AND received_at > %(now)s - interval '1 day'
UNION SELECT 'follow_up:' || id FROM procedures_followup
 WHERE state = 'planned' AND window_to > (%(now)s - interval '3 days')::date
UNION SELECT 'task:' || id FROM patients_task
 WHERE tier IN (1, 2) AND done_at IS NULL AND acknowledged_at IS NULL
   AND created_at > %(now)s - interval '1 day'
UNION SELECT 'offer:' || o.id FROM scheduling_offer o
  JOIN scheduling_hold h ON h.id = o.hold_id
 WHERE o.announced_at IS NOT NULL AND lower(h.during) > %(now)s
   AND o.state IN ('offered', 'too-late', 'withdrawn')
UNION SELECT 'text:' || id FROM notifications_inboundtext
 WHERE created_at > %(now)s - interval '1 day'
UNION SELECT 'asked:' || id FROM notifications_asked
 WHERE planned_at IS NOT NULL AND expires_at > %(now)s
UNION SELECT subject FROM notifications_message
 WHERE state IN ('scheduled', 'claimed') AND expires_at > %(now)s
ORDER BY 1
"""
STUCK = """
SELECT id, subject, state,
       round(extract(epoch FROM clock_timestamp() - lease_until) / 60)::int
  FROM notifications_message
 WHERE (state IN ('claimed', 'sending')
        AND lease_until < clock_timestamp() - interval '5 minutes')
    OR (state = 'uncertain'
        AND lease_until < clock_timestamp() - interval '15 minutes')
 ORDER BY lease_until
"""
LATE = """
SELECT id, subject, round(extract(epoch FROM %(now)s - next_at) / 60)::int
  FROM notifications_message
 WHERE state = 'scheduled' AND next_at < %(now)s - interval '10 minutes'
   AND (not_before IS NULL OR not_before < clock_timestamp() - interval '10 minutes')
 ORDER BY next_at
"""


def faults(now: datetime) -> list[MessageFault]:
    """Return every fault; an act under way while we look is not mistaken for one."""
    found = [*_plan_faults(_subjects(now), now), *_stuck(), *_ended_badly(now)]
    return found + ([] if _may_be_late() else list(_late(now)))


def report(now: datetime) -> int:
    """Log every fault; how many there are."""
    found = faults(now)
    for fault in found:
        log.error("message_fault", kind=fault.kind, subject=fault.subject)
    return len(found)


def _subjects(now: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(SUBJECTS, {"now": now})
        return [row[0] for row in cursor.fetchall()]


def _plan_faults(subjects: Iterable[str], now: datetime) -> Iterator[MessageFault]:
    for subject in subjects:
        first = _compare(subject, now)
        if first:
            yield from sorted(first & _compare(subject, now), key=lambda f: f.text)


def _compare(subject: str, now: datetime) -> set[MessageFault]:
    try:
        return _difference(situations.load(subject), now)
    except NotFound:
        return {
            MessageFault(
                "extra", subject, f"Extra: messages of {subject}, which is gone."
            )
        }
    except Exception as error:  # noqa: BLE001  (one subject must not hide the others)
        name = type(error).__name__
        return {MessageFault("unreadable", subject, f"Unreadable: {subject} ({name}).")}


def _difference(situation: Situation, now: datetime) -> set[MessageFault]:
    subject = situation.subject
    wanted = plan(
        situation.snapshot,
        reach=situation.reach,
        now=now,
        lost=situation.lost,
        left=situation.left,
    ).keys
    waiting = {
        base_key(row)
        for row in situation.rows
        if row.state in states.WAITING and now < row.expires_at
    }
    lost = wanted - standing_keys(situation.rows)
    return {MessageFault("missing", subject, f"Missing: {key}") for key in lost} | {
        MessageFault("extra", subject, f"Extra: {key}") for key in waiting - wanted
    }


def _stuck() -> Iterator[MessageFault]:
    with connection.cursor() as cursor:
        cursor.execute(STUCK)
        for key, subject, state, minutes in cursor.fetchall():
            text = (
                f"Stuck: message {key} is {state}, its lease ended {minutes} min ago."
            )
            yield MessageFault("stuck", subject, text)


def _ended_badly(now: datetime) -> Iterator[MessageFault]:
    """Letters that never arrive, may not have arrived or cannot be judged; and why."""
    rows = Message.objects.all()
    called = PlannedCall.objects.filter(
        task__done_at__isnull=False, dedupe_key__endswith=":lost"
    )
    handled = {
        key.removesuffix(":lost") for key in called.values_list("dedupe_key", flat=True)
    }
    for row in dead(rows, now):
        if row.dedupe_key not in handled:
            yield _fault("dead", row, f"Dead: message {row.pk} ({row.kind})")
    for row in in_doubt(rows).filter(lease_until=None):
        yield _fault("in_doubt", row, f"In doubt: message {row.pk} ({row.kind})")
    for row in unjudged(rows):
        text = f"Cannot be judged: message {row.pk} ({row.kind}), {row.gate_faults} ×"
        yield _fault("unjudged", row, text)
    known = Q(language__in=LANGUAGES, kind__in=KINDS)
    strange = rows.filter(~known, state__in=states.WAITING, gate_faults=0)
    for row in strange.order_by("due_at", "id"):
        text = f"No words: message {row.pk} ({row.kind}) in {row.language!r}"
        yield MessageFault("unreadable", row.subject, f"{text}.")


def _fault(kind: str, row: Message, text: str) -> MessageFault:
    return MessageFault(kind, row.subject, f"{text}: {row.reason or 'no reason kept'}.")


def _may_be_late() -> bool:
    # In a demo the clock jumps, and everything is late for a moment.
    return bool(settings.DEMO) or providers.is_paused()


def _late(now: datetime) -> Iterator[MessageFault]:
    with connection.cursor() as cursor:
        cursor.execute(LATE, {"now": now})
        for key, subject, minutes in cursor.fetchall():
            text = f"Late: message {key} was due {minutes} min ago and has not left."
            yield MessageFault("late", subject, text)
