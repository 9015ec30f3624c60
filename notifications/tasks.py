"""Work of notifications that beat and the doorbell ask for."""

from celery import shared_task

from core import clock
from notifications.services import (
    check_in_calls,
    checking,
    doorbell,
    sending,
    visit_calls,
)


@shared_task
def send_due(**_: object) -> int:
    """Send what is due; how many messages left. Rings again if it ran out of time."""
    tally = sending.send_due()
    if tally.more:
        doorbell.ring()
    return tally.sent


@shared_task
def send_pages(**_: object) -> int:
    """Page the people on call; how many pages left.

    Its queue has a worker of its own, so that nothing else is before it.
    """
    return sending.send_due(urgent=True).sent


@shared_task
def check_messages(**_: object) -> int:
    """Compare the rows with what is wanted; how many faults, each in the log."""
    return checking.report(clock.now())


@shared_task
def ask_for_check_in_calls(**_: object) -> int:
    """Ask for the calls of recovery contacts that are due; how many changed."""
    return check_in_calls.ask_for_calls(clock.now())


@shared_task
def ask_for_visit_calls(**_: object) -> int:
    """Ask for the calls before visits that are due; how many visits changed."""
    return visit_calls.ask_for_calls(clock.now())
