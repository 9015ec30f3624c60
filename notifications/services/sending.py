"""Send what is due: claim, gate, call, settle, until nothing is left or time is up."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from core import clock
from core.db import unit_of_work
from notifications.channels.contract import Accepted, Letter
from notifications.selectors import providers
from notifications.services import provider_events
from notifications.services.calling import call
from notifications.services.claiming import BATCH, claim
from notifications.services.gating import pass_gate, postpone
from notifications.services.settling import settle
from notifications.services.sweeping import sweep

log = structlog.get_logger()

CLAIMS_FOR_SECONDS = 40.0

# Points at which tests stop the process: after_claim, after_gate, after_call.
Injection = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What one run did. `more`: it stopped for time and left due messages behind."""

    claimed: int = 0
    sent: int = 0
    more: bool = False
    silent: str = ""


def send_due(
    *,
    limit: int | None = None,
    as_of: datetime | None = None,
    at_point: Injection = lambda point: None,
) -> Tally:
    """Send every message due at `as_of` (default: now), at most `limit`.

    Enters a unit of work for every step; several may run at once. Sends nothing
    where sending is paused or the database belongs to another installation.
    """
    tally = Tally(silent=_silence())
    if tally.silent:
        log.warning("sending_is_silent", reason=tally.silent)
        return tally
    unit_of_work(sweep)
    provider_events.apply_all()
    began = time.monotonic()
    while limit is None or tally.claimed < limit:
        if time.monotonic() - began > CLAIMS_FOR_SECONDS:
            tally.more = True
            break
        batch = BATCH if limit is None else min(BATCH, limit - tally.claimed)
        if not _send_batch(batch, as_of, tally, at_point):
            break
    return tally


def _silence() -> str:
    if providers.is_paused():
        return "paused"
    return "other_instance" if providers.strange_instance() else ""


def _send_batch(
    batch: int, as_of: datetime | None, tally: Tally, at_point: Injection
) -> bool:
    now = as_of or clock.now()
    token, ids = unit_of_work(partial(claim, now=now, limit=batch))
    tally.claimed += len(ids)
    at_point("after_claim")
    for message_id in ids:
        tally.sent += _send(message_id, token, as_of, at_point)
    return bool(ids)


def _send(
    message_id: UUID, token: UUID, as_of: datetime | None, at_point: Injection
) -> bool:
    now = as_of or clock.now()
    letter = _pass_gate(message_id, token, now)
    if letter is None:
        return False
    at_point("after_gate")
    result = call(letter)
    at_point("after_call")
    is_ours = unit_of_work(partial(settle, letter, result, now=now))
    return is_ours and isinstance(result, Accepted)


def _pass_gate(message_id: UUID, token: UUID, now: datetime) -> Letter | None:
    """One message that cannot be judged must not keep the others from leaving."""
    gate = partial(pass_gate, message_id=message_id, token=token, now=now)
    try:
        return unit_of_work(gate)
    except Exception as error:  # noqa: BLE001  (it is put back and named, not hidden)
        name = type(error).__name__
        log.error("gate_failed", message=str(message_id), error=name)  # noqa: TRY400
        fault = f"gate_failed:{name}"
        unit_of_work(partial(postpone, message_id=message_id, token=token, fault=fault))
        return None
