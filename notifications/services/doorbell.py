"""Ring the worker: no data, may fail, never waits long.

Beat rings every 15 seconds anyway; a lost ring costs that, never a message.
"""

import threading
import time

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = structlog.get_logger()

TASK = "notifications.tasks.send_due"
PAGES_TASK = "notifications.tasks.send_pages"
SILENT_SECONDS = 30.0
# A ring takes milliseconds. One that hangs goes on by itself, and nobody waits for it.
PATIENCE_SECONDS = 0.5


class Breaker:
    """After one failure nobody tries again for half a minute."""

    def __init__(self) -> None:
        self.open_until = 0.0

    def is_open(self) -> bool:
        """Return True while the bell is left alone."""
        return time.monotonic() < self.open_until

    def trip(self) -> None:
        """Leave the bell alone from now on."""
        self.open_until = time.monotonic() + SILENT_SECONDS

    def close(self) -> None:
        """Ring again at once: a ring that was slow has come through after all."""
        self.open_until = 0.0


breaker = Breaker()


def ring_after_commit() -> None:
    """Ring once the transaction has committed; whatever happens, it stays committed."""
    transaction.on_commit(ring, robust=True)


def ring_for_pages_after_commit() -> None:
    """Likewise, for somebody who is on call: the worker of pages and any other."""
    transaction.on_commit(lambda: ring(PAGES_TASK), robust=True)
    ring_after_commit()


def ring(task: str = TASK) -> None:
    """Ask a worker to send what is due; return within half a second, come what may."""
    if breaker.is_open():
        return
    ringing = threading.Thread(target=_ring, args=[task], name="doorbell", daemon=True)
    ringing.start()
    ringing.join(PATIENCE_SECONDS)
    if ringing.is_alive():
        breaker.trip()
        log.warning("doorbell_hangs")


def _ring(task: str) -> None:
    try:
        current_app.send_task(task, ignore_result=True)
    except (OperationalError, RedisError, OSError) as error:
        breaker.trip()
        log.warning("doorbell_failed", error=type(error).__name__)
    else:
        breaker.close()
