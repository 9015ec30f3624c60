"""Work of the whole installation that beat asks for."""

from celery import shared_task

from core import events, idempotency
from core.db import unit_of_work


@shared_task
def retry_failed_reactions(**_: object) -> int:
    """Repeat what subscribers could not do; how many still fail."""
    return events.retry_failed()


@shared_task
def forget_old_rows(**_: object) -> int:
    """Delete idempotency keys past their time; how many went."""
    return unit_of_work(idempotency.forget_old)
