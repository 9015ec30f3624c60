"""Work done beside requests: holds end, offers close and go out, plans carry on."""

from uuid import UUID

from celery import shared_task

from core import clock
from core.actor import job
from scheduling.booking import holds
from scheduling.repair import execution, proposals
from scheduling.waitlist import ends, entries, freed_openings, offers


@shared_task
def release_expired_holds(**_: object) -> int:
    """Free what expired holds keep; how many ended."""
    by = job("release_expired_holds")
    return holds.release_expired_holds(by=by, now=clock.now())


@shared_task
def close_offer_batches(**_: object) -> int:
    """Close the offers of batches that are over, and tell those just offered."""
    by, now = job("close_offer_batches"), clock.now()
    holds.release_expired_holds(by=by, now=now)
    closed = ends.close_offer_batches(by=by, now=now)
    return closed + ends.announce_offers(by=by, now=now)


@shared_task
def offer_freed_openings(**_: object) -> int:
    """Settle what became free; offer it where the clinic wants that done by itself."""
    by, now = job("offer_freed_openings"), clock.now()
    settled = freed_openings.settle(by=by, now=now)
    return settled + offers.offer_freed_openings(by=by, now=now)


@shared_task
def expire_waitlist_entries(**_: object) -> int:
    """Close entries whose last day is over; how many."""
    by = job("expire_waitlist_entries")
    return entries.expire_entries(by=by, now=clock.now())


@shared_task
def carry_on_repair(plan_id: str, **_: object) -> None:
    """Do what is left of one repair plan, one patient at a time."""
    execution.carry_on(plan_id=UUID(plan_id), now=clock.now())


@shared_task(soft_time_limit=240, time_limit=300)
def make_repair_plan(plan_id: str, **_: object) -> None:
    """Make one repair plan; its search has a limit of its own, well below."""
    proposals.make(plan_id=UUID(plan_id), now=clock.now())


@shared_task(soft_time_limit=240, time_limit=300)
def carry_on_repairs(**_: object) -> int:
    """Make and do what is left of every plan whose worker was lost; how many."""
    now = clock.now()
    return proposals.make_all(now=now) + execution.carry_on_all(now=now)
