"""Choice among several providers of one channel for the next message.

Every provider has a weight at rest. One that fails loses a tenth of it with each
failure, down to a tenth, and has it back a tenth every five minutes; the others carry
what it does not.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zlib import crc32

# In hundredths of the weight at rest.
STEP: Final = 10
MOST_OFF: Final = 90
BACK_EVERY: Final = timedelta(minutes=5)


def off_now(off: int, since: datetime | None, now: datetime) -> int:
    """Return the hundredths a provider lacks at `now`, of `off` taken at `since`."""
    if since is None:
        return 0
    back = max(timedelta(0), now - since) // BACK_EVERY * STEP
    return max(0, min(off, MOST_OFF) - back)


def after_failures(off: int, failures: int) -> int:
    """Return the hundredths a provider lacks after so many more failures."""
    return min(MOST_OFF, off + STEP * failures)


def weights(resting: Mapping[str, int], off: Mapping[str, int]) -> dict[str, int]:
    """Return each provider's weight for now, as whole numbers a hundred times finer."""
    return {name: rest * (100 - off.get(name, 0)) for name, rest in resting.items()}


def pick(
    now: Mapping[str, int], usable: Collection[str], point: float, avoid: str = ""
) -> str | None:
    """Return the usable provider that `point`, from 0 to 1, falls upon.

    One of weight 0 carries only what no other can. `avoid` is taken only if it is the
    last: it has just failed this message. None if none is usable.
    """
    left = [name for name in now if name in usable]
    left = [name for name in left if name != avoid] or left
    left = [name for name in left if now[name] > 0] or left
    if not left:
        return None
    reach = point * sum(now[name] for name in left)
    for name in left:
        reach -= now[name]
        if reach < 0:
            return name
    return left[-1]


def point_of(message_id: UUID, attempts: int) -> float:
    """Return a message's own point from 0 to 1, another one at each attempt."""
    return crc32(message_id.bytes + attempts.to_bytes(4, "big")) / 2**32
