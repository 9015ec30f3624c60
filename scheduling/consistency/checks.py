"""Asking the tables whether anything is booked twice, by nobody, or for nobody.

Used by `check_booking`, after a restore, and at the end of every race in the tests.
The questions are in `booking_questions`.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from scheduling.consistency.questions import QUESTIONS


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` names what was asked, `text` says in words what is wrong."""

    check: str
    text: str


def findings(
    now: datetime | None, only: Collection[str] = tuple(QUESTIONS)
) -> list[Finding]:
    """Everything that is wrong; empty if nothing is.

    Holds that expired over an hour before `now` should have been ended, and offers
    on them answered; None asks nothing about that. `only` names questions.
    """
    found = []
    with _whole_tables(), connection.cursor() as cursor:
        for name in only:
            cursor.execute(QUESTIONS[name], {"now": now})
            found += [Finding(name, text) for (text,) in cursor.fetchall()]
    return found


@contextmanager
def _whole_tables() -> Iterator[None]:
    """Keep PostgreSQL from nested loops, as questions look at whole tables.

    Where it knows little of them yet, as after a restore, it would go row by row, for
    each row: that grows by the square.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop = on")


def counted() -> dict[str, int]:
    """Count the visits, holds and live reservations there were to look at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM scheduling_appointment),"
            " (SELECT count(*) FROM scheduling_hold),"
            " (SELECT count(*) FROM scheduling_reservation WHERE released_at IS NULL)"
        )
        visits, holds, live = cursor.fetchone()
    return {"visits": visits, "holds": holds, "live_reservations": live}
