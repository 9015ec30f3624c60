"""The one clock: the database's, plus an offset that exists only in a demo.

`now()` is domain time (appointments, due times, holds, windows, tasks).
`real_now()` is for leases, retries, heartbeats, sessions, lock-outs and caps.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from core.models import ClockOffset


class ClockIsReal(Exception):
    """The clock can be set only in a demo (`DEMO=1`)."""


def real_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (instant,) = cursor.fetchone()
    assert isinstance(instant, datetime)
    return instant


def now() -> datetime:
    """Domain time, read once per unit of work and passed on."""
    if not settings.DEMO:
        return real_now()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp() + coalesce("
            "(SELECT shift FROM core_clockoffset LIMIT 1), interval '0')"
        )
        (instant,) = cursor.fetchone()
    assert isinstance(instant, datetime)
    return instant


def set_to(target: datetime) -> None:
    """Make `now()` answer `target` and run on from there."""
    _set(target - real_now())


def advance(delta: timedelta) -> None:
    _set(now() + delta - real_now())


def reset() -> None:
    """Back to real time."""
    _set(timedelta(0))


def _set(shift: timedelta) -> None:
    if not settings.DEMO:
        raise ClockIsReal
    ClockOffset.objects.update_or_create(id=1, defaults={"shift": shift})
