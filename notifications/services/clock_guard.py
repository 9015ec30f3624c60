"""The clock guard: a clock that jumps would make next month's messages due now.

The database's clock is compared with the machine's ticks since it started, which
never jump. A jump pauses sending until somebody has looked and says `resume_sending`.
"""

import time
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from django.conf import settings

from core import clock
from core.actor import job
from core.db import unit_of_work
from notifications.models import ClockReading
from notifications.services import providers

log = structlog.get_logger()

FORWARD = timedelta(seconds=120)
BACK = timedelta(seconds=-5)
REASON = "clock_jumped"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# Written down no more often than this; between that, the process remembers.
NOTED_EVERY_SECONDS = 10.0


def ticks() -> float:
    """Return seconds since the machine started, its sleep included if it tells."""
    counted = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(counted)


def boot_id() -> str:
    """Return what names this start of the machine, "" where nothing does."""
    try:
        return BOOT_ID.read_text().strip()[:36]
    except OSError:
        return ""


def clock_is_wrong() -> bool:
    """Return True if the clock has jumped since the last look; sending is paused then.

    The first look on a machine that has just started finds nothing to compare with.
    """
    at, now_ticks = _now(), ticks()
    before = ClockReading.objects.filter(pk=boot_id()).first()
    if before is not None:
        jump = at - before.at - timedelta(seconds=now_ticks - before.ticks)
        if not BACK <= jump <= FORWARD:
            unit_of_work(partial(_stop, jump, at, now_ticks))
            return True
        if now_ticks - before.ticks < NOTED_EVERY_SECONDS:
            return False
    unit_of_work(partial(_note, at, now_ticks))
    return False


def _now() -> datetime:
    # What a demo adds to its clock is added on purpose.
    return clock.real_now() if settings.DEMO else clock.now()


def _note(at: datetime, now_ticks: float) -> None:
    ClockReading.objects.update_or_create(
        pk=boot_id(), defaults={"at": at, "ticks": now_ticks}
    )


def _stop(jump: timedelta, at: datetime, now_ticks: float) -> None:
    """Pause, and begin to compare anew: whoever resumes has accepted the clock."""
    seconds = round(jump.total_seconds())
    providers.pause(
        reason=f"{REASON}: {seconds:+d} s", by=job("clock_guard"), now=clock.real_now()
    )
    _note(at, now_ticks)
    log.error("clock_jumped", seconds=seconds)
