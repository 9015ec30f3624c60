"""Delays from the instant a message is due to that of handing it over, in figures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

QUICK = timedelta(seconds=10)
NO_DELAY = timedelta(0)


@dataclass(frozen=True, slots=True)
class Delays:
    """`quick` is the share under ten seconds of those that left or should have."""

    handed: int = 0
    waiting: int = 0
    p50: timedelta | None = None
    p99: timedelta | None = None
    quick: float | None = None


def delays(handed: Sequence[timedelta], waiting: Sequence[timedelta] = ()) -> Delays:
    """Return the figures of messages that were handed over so long after they were due.

    `waiting` are those still here, by how long they have been due: the percentiles
    know nothing of them, but whoever waits longer than ten seconds was not quick.
    """
    known = [max(delay, NO_DELAY) for delay in handed]
    slow = sum(wait >= QUICK for wait in waiting)
    counted = len(known) + slow
    return Delays(
        handed=len(known),
        waiting=len(waiting),
        p50=percentile(known, 0.5) if known else None,
        p99=percentile(known, 0.99) if known else None,
        quick=sum(d < QUICK for d in known) / counted if counted else None,
    )


def percentile(values: Sequence[timedelta], share: float) -> timedelta:
    """Return the smallest value that at least `share` of them do not exceed.

    Raises ValueError for no values, and for a share outside (0, 1].
    """
    if not values or not 0 < share <= 1:
        raise ValueError("a percentile needs values and a share in (0, 1]")
    # Without the rounding, 0.07 of 100 would be the eighth.
    rank = math.ceil(round(share * len(values), 9))
    return sorted(values)[rank - 1]
