"""Work nobody asks for by hand: forget sessions that have run out."""

from celery import shared_task

from clinics.sessions import SessionStore
from core.db import unit_of_work


@shared_task
def forget_expired_sessions(**_: object) -> None:
    """Delete the rows of sessions nobody can use any more."""
    unit_of_work(SessionStore.clear_expired)
