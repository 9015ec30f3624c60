"""Call: hand letters to their provider, outside every transaction, several at a time.

A provider has its own lane: how slow it is, only its own letters feel. After some
failures in a row the rest of the lane is given back uncalled.
"""

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

import structlog
from django.db import connection

from notifications import channels
from notifications.channels.contract import Letter, NotSent, Result, Unknown
from notifications.domain import retry

log = structlog.get_logger()

# A process frozen between gate and call must not send what others may have resent.
STALE_SECONDS = 5.0
STALE, SKIPPED = "stale", "not_called"
NOT_CALLED = frozenset({STALE, SKIPPED})
# What has come back is settled at least so often, though others are still out.
SETTLE_EVERY_SECONDS = 0.5

Pair = tuple[Letter, Result]


def call(letter: Letter) -> Result:
    """Hand one letter over; what happened is returned, never raised."""
    if time.monotonic() - letter.handed_at > STALE_SECONDS:
        return NotSent(STALE)
    try:
        result = channels.provider(letter.provider).send(letter)
    except Exception as error:  # noqa: BLE001  (an adapter's slip must not stop others)
        log.warning(
            "channel_failed",
            message=str(letter.message_id),
            provider=letter.provider,
            error=type(error).__name__,
        )
        return Unknown(type(error).__name__)
    return _judged(result)


def _judged(result: Result) -> Result:
    """A recipient refused for now is about this letter, not about the provider; a name
    that was not found means that nobody was reached."""
    if isinstance(result, Unknown) and result.reason == "gaierror":
        return NotSent("name_not_found")
    if isinstance(result, NotSent) and result.reason == "recipient_refused":
        return replace(result, is_outage=False)
    return result


@dataclass(slots=True)
class ProviderLane:
    """The calls of one provider that failed in a row, counted by its callers."""

    failures: int = 0

    def call(self, letter: Letter) -> Result:
        """Hand the letter over, unless the provider seems to be down."""
        if self.failures >= retry.FAILURES_UNTIL_DOWN:
            return NotSent(SKIPPED)
        result = call(letter)
        failed = isinstance(result, Unknown) or (
            isinstance(result, NotSent) and result.is_outage
        )
        is_called = not isinstance(result, NotSent) or result.reason not in NOT_CALLED
        if is_called:
            self.failures = self.failures + 1 if failed else 0
        return result


class Callers:
    """Threads that call the providers of a lane, each by as many as it bears."""

    def __init__(self, providers: Sequence[str]) -> None:
        self._width = sum(map(channels.width, providers))
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self.seconds_a_call = 0.0
        for provider in providers:
            channels.prepare(provider)

    @property
    def capacity(self) -> int:
        """The number of letters to be called before they are stale, as calls go now."""
        if not self.seconds_a_call:
            return 10_000
        return max(1, int(self._width * STALE_SECONDS / 2 / self.seconds_a_call))

    def call_all(self, letters: Sequence[Letter]) -> Iterator[list[Pair]]:
        """Hand all over; yields what has come back, in parts, until nothing is out."""
        lanes: dict[str, ProviderLane] = defaultdict(ProviderLane)
        began = time.monotonic()
        # Inside a test's own transaction no other thread would see its rows.
        here = [one for one in letters if self._is_inline(one)]
        apart = [one for one in letters if not self._is_inline(one)]
        out = {self._submit(lanes[one.provider], one): one for one in apart}
        called = len(out)
        if here:
            yield [(letter, lanes[letter.provider].call(letter)) for letter in here]
        if not out:
            return
        while out:
            done, _ = wait(out, SETTLE_EVERY_SECONDS)
            if done:
                yield [(out.pop(future), future.result()) for future in done]
        took = time.monotonic() - began
        self.seconds_a_call = took * min(self._width, called) / max(called, 1)

    def _is_inline(self, letter: Letter) -> bool:
        # Inside a test's own transaction no other thread would see its rows.
        return connection.in_atomic_block or channels.width(letter.provider) == 1

    def _submit(self, lane: ProviderLane, letter: Letter) -> "Future[Result]":
        pool = self._pools.get(letter.provider)
        if pool is None:
            width = channels.width(letter.provider)
            pool = self._pools[letter.provider] = ThreadPoolExecutor(width, "callers")
        return pool.submit(_in_thread, lane, letter)

    def close(self) -> None:
        """End the threads; what they hold of the database is given back."""
        for pool in self._pools.values():
            pool.shutdown()


def _in_thread(lane: ProviderLane, letter: Letter) -> Result:
    try:
        return lane.call(letter)
    finally:
        connection.close()
