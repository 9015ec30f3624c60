"""Work nobody asks for by hand: contacts whose window has closed are missed."""

from functools import partial
from uuid import UUID

from celery import shared_task

from core import clock
from core.actor import job
from core.db import unit_of_work
from procedures.follow_up import milestone_reports as asking
from procedures.follow_up import milestone_selectors, yearly_rounds
from procedures.follow_up import services as follow_ups

# One run's share; the next run takes what is left.
BATCH = 200


@shared_task
def mark_missed_follow_ups(**_: object) -> int:
    """Note every planned contact whose window has closed; how many were missed."""
    overdue = follow_ups.overdue(clock.now())[:BATCH]
    return sum(unit_of_work(partial(_mark_missed, pk)) for pk in overdue)


@shared_task
def ask_for_milestones(**_: object) -> int:
    """Ask somebody to look at every step not reached in time; how many."""
    today = clock.now().date()
    rows = milestone_selectors.unreached(today).values_list("pk", flat=True)[:BATCH]
    return sum(unit_of_work(partial(_ask_for, pk)) for pk in list(rows))


@shared_task
def keep_yearly_rounds(**_: object) -> int:
    """Plan or cancel yearly rounds as each clinic wants them; how many changed."""
    return yearly_rounds.keep(clock.now(), BATCH)


def _ask_for(milestone_id: UUID) -> bool:
    return asking.ask_for(milestone_id, now=clock.now())


def _mark_missed(follow_up_id: UUID) -> bool:
    by = job("mark_missed_follow_ups")
    return follow_ups.mark_missed(follow_up_id=follow_up_id, by=by, now=clock.now())
