"""Telephone calls for recovery contacts: asked for when they are due, by a sweep.

Nothing happens at the instant a contact becomes due or overdue, so a job looks: where
a call is missing, or is not needed any more, the contact is planned anew under its
patient's lock. Doing it twice changes nothing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from core.db import unit_of_work
from notifications.domain.plan import plan
from notifications.domain.wanted import Reach
from notifications.models import PlannedCall
from notifications.selectors.situations import check_in_of, reaches_of
from notifications.services.calls import TAKEN_BACK, is_due, was_taken_back
from notifications.services.planning import replan
from patients.services.row_locks import lock
from procedures.follow_up import selectors as follow_ups
from procedures.follow_up.timetable import BOOK_AHEAD_DAYS

if TYPE_CHECKING:
    from procedures.models import FollowUp

# One run's share; the next run takes what is left.
BATCH = 200
PREFIX = "follow_up:"
LONGEST_LEAD = timedelta(days=max(BOOK_AHEAD_DAYS.values()))


def ask_for_calls(now: datetime) -> int:
    """Bring the calls of every contact up to date; how many contacts changed."""
    found = list(to_plan(now))[:BATCH]
    for follow_up_id, patient_id in found:
        unit_of_work(partial(_plan, follow_up_id, patient_id, now))
    return len(found)


def to_plan(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """Yield (follow-up id, patient id) where the calls are not as they should be."""
    tomorrow = now.date() + timedelta(days=1)  # somewhere it is that day already
    ahead = tomorrow + LONGEST_LEAD
    due = {row.pk: row for row in follow_ups.to_ask(tomorrow, to_book_by=ahead)}
    waiting = PlannedCall.objects.filter(
        subject__startswith=PREFIX, task__done_at=None
    ).values_list("subject", flat=True)
    others = {UUID(subject.removeprefix(PREFIX)) for subject in waiting} - due.keys()
    rows = [*due.values(), *follow_ups.by_id(others)]
    reaches = reaches_of([row.episode.patient for row in rows])
    visits = follow_ups.visits_for(rows)
    asked = _asked(rows)
    for row in rows:
        patient = row.episode.patient
        calls, reach = asked.get(row.pk, []), reaches[patient.pk][0]
        if not _is_right(row, visits.get(row.pk), reach, calls, now):
            yield row.pk, patient.pk


def _asked(rows: "list[FollowUp]") -> dict[UUID, list[PlannedCall]]:
    found: dict[UUID, list[PlannedCall]] = {}
    subjects = [f"{PREFIX}{row.pk}" for row in rows]
    known = PlannedCall.objects.filter(subject__in=subjects).select_related("task")
    for call in known:
        key = UUID(call.subject.removeprefix(PREFIX))
        found.setdefault(key, []).append(call)
    return found


def _is_right(
    row: "FollowUp",
    visit_at: datetime | None,
    reach: Reach,
    asked: list[PlannedCall],
    now: datetime,
) -> bool:
    waiting = [call for call in asked if call.task.done_at is None]
    snapshot = check_in_of(
        row,
        visit_at=visit_at,
        called=frozenset(call.reason for call in waiting),
    )
    wanted = {c.dedupe_key: c for c in plan(snapshot, reach=reach, now=now).calls}
    standing = {call.dedupe_key for call in asked if not was_taken_back(call)}
    missing = any(
        is_due(call, now) for key, call in wanted.items() if key not in standing
    )
    ended = not (snapshot.is_open or snapshot.keeps_calls)
    needed = {call.task_id for call in waiting if call.dedupe_key in wanted}
    needless = any(
        call.dedupe_key not in wanted and call.task_id not in needed
        for call in waiting
        if call.reason in TAKEN_BACK or ended
    )
    return not missing and not needless


def _plan(follow_up_id: UUID, patient_id: UUID, now: datetime) -> None:
    lock(patient_id)
    replan(subject=f"{PREFIX}{follow_up_id}", now=now)
