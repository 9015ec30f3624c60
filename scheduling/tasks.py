"""Work nobody asks for by hand: end holds whose time is over."""

from celery import shared_task

from core import clock
from core.actor import job
from scheduling.services import holds


@shared_task
def release_expired_holds(**_: object) -> int:
    """Free what expired holds keep; how many ended."""
    by = job("release_expired_holds")
    return holds.release_expired_holds(by=by, now=clock.now())
