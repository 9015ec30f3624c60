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
# "network": none of these, told apart by where it comes from. "code": the same network
# for wrong codes after a right password. "half": anywhere, if one of both was right;
# "not limited": if none was.
Kind = Literal[
    "device",
    "session",
    "key",
    "witness",
    "network",
    "everywhere",
    "code",
    "half",
    "not limited",
]


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
# Without password and code there is no telling that one of them was right, so that
# guessing both at once is as hopeless as guessing a password of twice the length.
UNLIMITED = Limit(2**31, timedelta(minutes=15))
LONGEST_REST = max(ONE_PLACE.rest, EVERYWHERE.rest)
ANYWHERE = Place("everywhere")
HALF_RIGHT = Place("half")
NOT_LIMITED = Place("not limited")
_LIMITS: dict[str, Limit] = {
    ANYWHERE.kind: EVERYWHERE,
    HALF_RIGHT.kind: EVERYWHERE,
    NOT_LIMITED.kind: UNLIMITED,
}


def counted_at(place: Place) -> tuple[Place, ...]:
    """The places whose counts an attempt adds to, and is refused by."""
    if place.kind == "network":
        return (place, ANYWHERE)
    return (place, HALF_RIGHT) if place.kind == "code" else (place,)


def of_codes(place: Place) -> Place:
    """The place where wrong codes after a right password count.

    A stranger's wrong passwords from the same network do not count there.
    """
    return Place("code", place.id) if place.kind == "network" else place


def limit_of(kind: str) -> Limit:
    return _LIMITS.get(kind, ONE_PLACE)


def is_locked(kind: str, failures: int, last_at: datetime, now: datetime) -> bool:
    """True while the rest after too many failures lasts."""
    limit = limit_of(kind)
    return failures >= limit.failures and now - last_at < limit.rest
