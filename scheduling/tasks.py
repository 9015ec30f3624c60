"""Work done beside requests: end holds whose time is over, carry plans on."""

from uuid import UUID

from celery import shared_task

from core import clock
from core.actor import job
from scheduling.services import holds, repair_runs


@shared_task
def release_expired_holds(**_: object) -> int:
    """Free what expired holds keep; how many ended."""
    by = job("release_expired_holds")
    return holds.release_expired_holds(by=by, now=clock.now())


@shared_task
def carry_on_repair(plan_id: str, **_: object) -> None:
    """Do what is left of one repair plan, one patient at a time."""
    repair_runs.carry_on(plan_id=UUID(plan_id), now=clock.now())


@shared_task
def carry_on_repairs(**_: object) -> int:
    """Do what is left of every plan whose worker was lost; how many there were."""
    return repair_runs.carry_on_all(now=clock.now())
