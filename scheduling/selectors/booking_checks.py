"""Asking the tables whether anything is booked twice, by nobody, or for nobody.

Used by `check_booking`, after a restore, and at the end of every race in the tests.
The questions are in `booking_questions`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from scheduling.selectors.booking_questions import QUESTIONS


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
    with connection.cursor() as cursor:
        for name in only:
            cursor.execute(QUESTIONS[name], {"now": now})
            found += [Finding(name, text) for (text,) in cursor.fetchall()]
    return found


def counted() -> dict[str, int]:
    """How much there was to look at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM scheduling_appointment),"
            " (SELECT count(*) FROM scheduling_hold),"
            " (SELECT count(*) FROM scheduling_reservation WHERE released_at IS NULL)"
        )
        visits, holds, live = cursor.fetchone()
    return {"visits": visits, "holds": holds, "live_reservations": live}
