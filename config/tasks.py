"""Work of the whole installation that beat asks for."""

from celery import shared_task

from clinics.services import wrong_attempts
from core import events, idempotency
from core.clock import real_now
from core.db import unit_of_work


@shared_task
def retry_failed_reactions(**_: object) -> int:
    """Repeat what subscribers could not do; how many still fail."""
    return events.retry_failed()


@shared_task
def forget_old_rows(**_: object) -> int:
    """Delete idempotency keys and counts of wrong attempts past their time."""
    return unit_of_work(
        lambda: idempotency.forget_old() + wrong_attempts.forget_old(real_now())
    )
