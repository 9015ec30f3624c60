"""Telephone calls before a visit: asked for when they are due, by a sweep.

Nothing happens at the instant at which a visit is still not confirmed, or a reminder
falls due that no message may carry. So a job looks, and plans anew, under its
patient's lock, each visit that lacks a call. Doing it twice changes nothing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from core.db import unit_of_work
from notifications.domain.plan import plan
from notifications.models import PlannedCall
from notifications.selectors import situations
from notifications.services.calls import is_due, was_taken_back
from notifications.services.planning import replan
from patients.services.row_locks import lock
from scheduling import selectors as scheduling

if TYPE_CHECKING:
    from scheduling.models import Appointment

# One run's share; the next run takes what is left.
BATCH = 200
READ_AT_ONCE = 500
# The first call counted from a visit is a week before it.
AHEAD = timedelta(days=9)


def ask_for_calls(now: datetime) -> int:
    """Ask for the calls that are due before visits; how many visits changed."""
    found = []
    for visit_id, patient_id in to_plan(now):
        found.append((visit_id, patient_id))
        if len(found) == BATCH:
            break
    for visit_id, patient_id in found:
        unit_of_work(partial(_plan, visit_id, patient_id, now))
    return len(found)


def to_plan(now: datetime) -> Iterator[tuple[UUID, UUID]]:
    """Yield (appointment id, patient id) where a call is due and was not asked for."""
    ids = scheduling.visits_to_call_about(now, AHEAD)
    for first in range(0, len(ids), READ_AT_ONCE):
        some = scheduling.appointments(ids[first : first + READ_AT_ONCE])
        yield from _lacking(list(some), now)


def _lacking(visits: "list[Appointment]", now: datetime) -> Iterator[tuple[UUID, UUID]]:
    found = situations.of_visits(visits)
    wanted = {
        key: [
            call.dedupe_key
            for call in plan(
                about.snapshot, reach=about.reach, now=now, left=about.left
            ).calls
            if is_due(call, now)
        ]
        for key, about in found.items()
    }
    keys = [key for keys in wanted.values() for key in keys]
    if not keys:
        return
    asked = PlannedCall.objects.filter(dedupe_key__in=keys).select_related("task")
    standing = {call.dedupe_key for call in asked if not was_taken_back(call)}
    for visit in visits:
        if any(key not in standing for key in wanted[visit.pk]):
            yield visit.pk, visit.patient_id


def _plan(visit_id: UUID, patient_id: UUID, now: datetime) -> None:
    lock(patient_id)
    replan(subject=f"appointment:{visit_id}", now=now)
