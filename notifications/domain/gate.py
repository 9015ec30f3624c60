"""The last question before a message leaves: now, later, or never?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinics.domain import quiet_hours
from notifications.domain import states
from notifications.domain.catalogue import MORNING, Kind

CAP = "cap"
MAXIMUM_A_DAY = 1
MAXIMUM_IN_7_DAYS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts that hold at the instant of sending, read under the lock.

    `stopped` is why the message is no longer wanted: (state, reason), None if it is.
    `held` is why nothing may leave at present: a pause, a blocked provider.
    The counts are of the patient's reminders that left, this one not included.
    """

    kind: Kind
    zone: ZoneInfo
    expires_at: datetime
    stopped: tuple[str, str] | None
    held: str = ""
    reminders_today: int = 0
    reminders_in_7_days: int = 0


@dataclass(frozen=True, slots=True)
class Send:
    """It leaves now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not yet: not before that instant of domain time."""

    until: datetime


@dataclass(frozen=True, slots=True)
class HoldBack:
    """Not while this lasts; look again shortly."""

    reason: str


@dataclass(frozen=True, slots=True)
class StopSending:
    """Never: the message ends in `state`."""

    state: str
    reason: str


Verdict = Send | Wait | HoldBack | StopSending


def decide(facts: Facts, now: datetime) -> Verdict:
    """Return what happens to a message whose turn has come."""
    if facts.stopped:
        return StopSending(*facts.stopped)
    if now >= facts.expires_at:
        return StopSending(states.EXPIRED, "too_late")
    if facts.held:
        return HoldBack(facts.held)
    if facts.kind.is_urgent or facts.kind.at_any_hour:
        return Send()
    return _considerate(facts, now)


def _considerate(facts: Facts, now: datetime) -> Verdict:
    leaves = quiet_hours.permitted(now, facts.zone)
    if leaves >= facts.expires_at:
        return StopSending(states.EXPIRED, "quiet_hours")
    if leaves > now:
        return Wait(leaves)
    if facts.kind.is_reminder and _is_capped(facts):
        return _next_morning(facts, now)
    return Send()


def _is_capped(facts: Facts) -> bool:
    room = MAXIMUM_IN_7_DAYS - facts.kind.leaves_room
    return facts.reminders_today >= MAXIMUM_A_DAY or facts.reminders_in_7_days >= room


def _next_morning(facts: Facts, now: datetime) -> Verdict:
    """Tell what a cap keeps back a day later, or make it somebody's call."""
    tomorrow = now.astimezone(facts.zone).date() + timedelta(days=1)
    later = quiet_hours.permitted(
        quiet_hours.at(tomorrow, MORNING, facts.zone), facts.zone
    )
    if later < facts.expires_at:
        return Wait(later)
    return StopSending(states.SUPPRESSED, CAP)
