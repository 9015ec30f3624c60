"""Work nobody asks for by hand: contacts whose window has closed are missed."""

from functools import partial
from uuid import UUID

from celery import shared_task

from core import clock
from core.actor import job
from core.db import unit_of_work
from procedures.services import follow_ups

# One run's share; the next run takes what is left.
BATCH = 200


@shared_task
def mark_missed_follow_ups(**_: object) -> int:
    """Note every planned contact whose window has closed; how many were missed."""
    overdue = follow_ups.overdue(clock.now())[:BATCH]
    return sum(unit_of_work(partial(_mark_missed, pk)) for pk in overdue)


def _mark_missed(follow_up_id: UUID) -> bool:
    by = job("mark_missed_follow_ups")
    return follow_ups.mark_missed(follow_up_id=follow_up_id, by=by, now=clock.now())
