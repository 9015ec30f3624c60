"""Send what is due: claim, gate, call, settle, until nothing is left or time is up.

Each provider has a lane of its own, so that a slow one holds up nobody else's
messages; pages to people on call have a lane before all of them.
"""

import gc
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from django.db import Error, InterfaceError, OperationalError, connection

from core import clock
from core.actor import job
from core.db import Busy, unit_of_work
from notifications import channels
from notifications.channels.contract import Accepted, Letter
from notifications.selectors import providers
from notifications.services import breaking, fallback, pacing, provider_events
from notifications.services.asking import plan_asked
from notifications.services.calling import Callers, Pair
from notifications.services.claiming import ANY_PRIORITY, BATCH, Claimed, claim
from notifications.services.clock_guard import clock_is_wrong
from notifications.services.gating import pass_gate, postpone
from notifications.services.providers import adopt
from notifications.services.settling import settle
from notifications.services.sweeping import sweep_all

log = structlog.get_logger()

CLAIMS_FOR_SECONDS = 30.0
# A lease lasts 60 s and a call at most 15: so long it is worth while to try to write
# down what was called, whatever the database is going through.
SETTLES_FOR_SECONDS = 30.0

# Points at which tests stop the process: after_claim, after_gate, after_call.
Injection = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """Counts of one run. `more`: it stopped for time and left due messages behind."""

    claimed: int = 0
    sent: int = 0
    more: bool = False
    silent: str = ""

    def add(self, other: "Tally") -> None:
        """Count what another lane did as well."""
        self.claimed += other.claimed
        self.sent += other.sent
        self.more = self.more or other.more
        self.silent = self.silent or other.silent


def send_due(
    *,
    limit: int | None = None,
    as_of: datetime | None = None,
    urgent: bool = False,
    only: str = "",
    at_point: Injection = lambda point: None,
) -> Tally:
    """Send every message due at `as_of` (default: now), at most `limit`.

    With `urgent` only pages to people on call; with `only` those of one lane.
    Enters a unit of work for every step; several may run at once. Sends nothing where
    sending is paused, the database belongs to another installation or its clock has
    jumped.
    """
    tally = Tally(silent=_silence(as_of))
    if tally.silent:
        log.warning("sending_is_silent", reason=tally.silent)
        return tally
    if providers.instance_name() and not providers.is_adopted():
        # The first to send from a new database; a copy of it will be told by that.
        unit_of_work(lambda: adopt(by=job("sender"), now=clock.now()))
    if not urgent:
        # What a provider has told by itself comes before any doubt about it.
        provider_events.apply_all(now=as_of or clock.now())
        sweep_all(now=as_of or clock.now())
        plan_asked(now=as_of or clock.now())
    found = [
        _Lane(names, carries, as_of, at_point, priority)
        for priority in ([0] if urgent else [0, ANY_PRIORITY])
        for names, carries in channels.lanes().items()
        if only in ("", lane_name(names))
    ]
    _run(found, limit)
    for lane in found:
        tally.add(lane.tally)
    return tally


def lane_name(names: Sequence[str]) -> str:
    """Return what a lane is called: its providers."""
    return "+".join(names)


def _silence(as_of: datetime | None) -> str:
    if providers.is_paused():
        return "paused"
    if providers.strange_instance():
        return "other_instance"
    # Whoever names an instant (a replay, a test) does not send by the clock.
    return "clock_jumped" if as_of is None and clock_is_wrong() else ""


def _run(lanes: "Sequence[_Lane]", limit: int | None) -> None:
    """Pages first, then every provider side by side.

    One after the other where a limit is to be kept, and inside a test's own
    transaction, which no other thread would see.
    """
    pages = [lane for lane in lanes if lane.priority == 0]
    others = [lane for lane in lanes if lane.priority != 0]
    for group in (pages, others):
        if limit is not None or len(group) < 2 or connection.in_atomic_block:
            for lane in group:
                left = (
                    None
                    if limit is None
                    else limit - sum(lane.tally.claimed for lane in lanes)
                )
                lane.run(left)
        else:
            _side_by_side(group)


def _side_by_side(lanes: "Sequence[_Lane]") -> None:
    faults: list[Exception] = []

    def work(lane: "_Lane") -> None:
        try:
            lane.run(None)
        except Exception as error:  # noqa: BLE001  (raised again by whoever started it)
            faults.append(error)
        finally:
            # A thread has a connection of its own, which nobody else would close.
            connection.close()

    threads = [
        threading.Thread(target=work, args=[lane], name=f"lane-{lane_name(lane.names)}")
        for lane in lanes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


@dataclass(slots=True)
class _Lane:
    """The messages of one provider, or of some that stand in for each other."""

    names: tuple[str, ...]
    carries: list[str]
    as_of: datetime | None
    at_point: Injection
    priority: int = ANY_PRIORITY
    tally: Tally = field(default_factory=Tally)

    def run(self, limit: int | None) -> None:
        callers = Callers(self.names)
        began = time.monotonic()
        try:
            while limit is None or self.tally.claimed < limit:
                if time.monotonic() - began > CLAIMS_FOR_SECONDS:
                    self.tally.more = True
                    break
                # More than can be called at once would use up its lease waiting.
                size = min(BATCH, callers.capacity)
                if limit is not None:
                    size = min(size, limit - self.tally.claimed)
                if not self._batch(size, callers):
                    break
        finally:
            callers.close()

    def _batch(self, size: int, callers: Callers) -> bool:
        now = self.as_of or clock.now()
        # Before each batch: a clock can jump while a run lasts.
        if self.as_of is None and clock_is_wrong():
            self.tally.silent = "clock_jumped"
            return False
        # What their rates allow; a page is never paced.
        paced = [name for name in self.names if self.priority and pacing.has_rate(name)]
        budget = unit_of_work(partial(_take, paced, size)) if paced else None
        if budget and len(budget) == len(self.names):
            size = min(size, sum(budget.values()))
        try:
            return self._send(size, now, budget, callers)
        finally:
            # Places that were not used belong to whoever sends next.
            if budget and any(budget.values()):
                unit_of_work(partial(_give_back, budget))

    def _send(
        self, size: int, now: datetime, budget: dict[str, int] | None, callers: Callers
    ) -> bool:
        if size < 1:
            return False
        claims = partial(
            claim,
            now=now,
            limit=size,
            channels=self.carries,
            priority=self.priority,
        )
        token, claimed = unit_of_work(claims)
        if not claimed:
            return False
        self.tally.claimed += len(claimed)
        self.at_point("after_claim")
        for letters in _judged(claimed, token, now, budget):
            self.at_point("after_gate")
            for pairs in callers.call_all(letters):
                self.at_point("after_call")
                self.tally.sent += settle_patiently(pairs, now)
        return True


def _take(names: Sequence[str], size: int) -> dict[str, int]:
    return {name: pacing.take(name, size) for name in names}


def _give_back(budget: dict[str, int]) -> None:
    for name, left in budget.items():
        pacing.give_back(name, left)


def _judged(
    claimed: Sequence[Claimed],
    token: UUID,
    now: datetime,
    budget: dict[str, int] | None,
) -> Iterator[list[Letter]]:
    """Gate what was claimed, wave by wave; yields the letters that may leave.

    No wave has two messages about one subject: the second has to see what became of
    the first.
    """
    for wave in _waves(claimed):
        gate = partial(
            pass_gate, wave, token=token, now=now, waits=False, budget=budget
        )
        try:
            with _no_collection():
                gated = unit_of_work(gate)
        except Exception as error:  # noqa: BLE001  (one of them: found one by one)
            log.warning("gate_of_batch_failed", error=type(error).__name__)
            letters, alone = [], wave
        else:
            letters, alone = gated.letters, gated.busy
        if letters:
            yield letters
        for row in alone:
            if one := _pass_alone(row, token, now, budget):
                yield one


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no cycles among a batch's rows while they are in use.

    Python would walk through everything that is loaded every few batches, a sixth of
    the time that judging takes, and find nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _waves(claimed: Sequence[Claimed]) -> list[list[Claimed]]:
    waves: list[list[Claimed]] = []
    seen: dict[str, int] = defaultdict(int)
    for row in claimed:
        place = seen[row.subject]
        seen[row.subject] += 1
        if place == len(waves):
            waves.append([])
        waves[place].append(row)
    return waves


def _pass_alone(
    row: Claimed, token: UUID, now: datetime, budget: dict[str, int] | None
) -> list[Letter]:
    """One message that cannot be judged must not keep the others from leaving."""
    gate = partial(pass_gate, [row], token=token, now=now, budget=budget)
    try:
        return unit_of_work(gate).letters
    except Exception as error:  # noqa: BLE001  (it is put back and named, not hidden)
        name = type(error).__name__
        log.error("gate_failed", message=str(row.id), error=name)  # noqa: TRY400
        fault = f"gate_failed:{name}"
        unit_of_work(partial(postpone, message_id=row.id, token=token, fault=fault))
        return []


def settle_patiently(pairs: Sequence[Pair], now: datetime) -> int:
    """Write down what became of these calls; how many of ours were accepted.

    A database that is away is waited for: what is not written down is in doubt.
    """
    end = time.monotonic() + SETTLES_FOR_SECONDS
    pause = 0.2
    while True:
        try:
            return _settle(pairs, now)
        except (OperationalError, InterfaceError, Busy) as error:
            if time.monotonic() + pause > end or connection.in_atomic_block:
                raise
            log.warning("settling_waits", error=type(error).__name__)
            # The next try opens another: this one may lead to a server that is gone.
            connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 5.0)


def _settle(pairs: Sequence[Pair], now: datetime) -> int:
    try:
        done = unit_of_work(partial(settle, pairs, now=now))
    except (OperationalError, InterfaceError, Busy):
        raise
    except Error as error:
        if len(pairs) == 1:
            return _settle_nameless(pairs[0], now, error)
        return sum(_settle([pair], now) for pair in pairs)
    if done.is_back:
        unit_of_work(breaking.let_go)
    for address in done.opted_out:
        unit_of_work(partial(fallback.keep_opt_out, address, now=now))
    return sum(
        letter.message_id in done.ours and isinstance(result, Accepted)
        for letter, result in pairs
    )


def _settle_nameless(pair: Pair, now: datetime, error: Error) -> int:
    """A provider that gives two messages one name: taken, without the name."""
    letter, result = pair
    if not isinstance(result, Accepted) or not result.provider_message_id:
        raise error
    log.warning("provider_repeats_a_name", provider=letter.provider)
    return _settle([(letter, Accepted())], now)
