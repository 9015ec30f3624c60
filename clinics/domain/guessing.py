"""Limits of wrong attempts at an account, by where they come from.

Attempts are counted by account *and* place, so that a stranger's failures end nothing
for the person: their devices, their live sessions and their colleagues' sessions are
places a stranger cannot be at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# "device": a browser the person signed in with before. "session": their own session.
# "key": their own API key. "witness": a colleague who asks them to be second person.
# "network": none of these, told apart by where it comes from.
Kind = Literal["device", "session", "key", "witness", "network", "everywhere"]


@dataclass(frozen=True, slots=True)
class Place:
    """The place an attempt at an account comes from."""

    kind: Kind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Limit:
    """After `failures` in a row nothing is tried until `rest` has passed."""

    failures: int
    rest: timedelta


ONE_PLACE = Limit(5, timedelta(minutes=15))
# All networks together: a guesser with many addresses has as many tries a day. Below
# the 100 that NIST SP 800-63B-4 allows, and well above what one person mistypes.
EVERYWHERE = Limit(30, timedelta(hours=24))
LONGEST_REST = max(ONE_PLACE.rest, EVERYWHERE.rest)
ANYWHERE = Place("everywhere")


def counted_at(place: Place) -> tuple[Place, ...]:
    """The places whose counts an attempt adds to, and is refused by."""
    return (place, ANYWHERE) if place.kind == "network" else (place,)


def limit_of(kind: str) -> Limit:
    return EVERYWHERE if kind == ANYWHERE.kind else ONE_PLACE


def is_locked(kind: str, failures: int, last_at: datetime, now: datetime) -> bool:
    """True while the rest after too many failures lasts."""
    limit = limit_of(kind)
    return failures >= limit.failures and now - last_at < limit.rest
