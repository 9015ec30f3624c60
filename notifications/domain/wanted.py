"""Messages and calls that a plan asks for, and the ways a patient may be reached."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from notifications.domain import catalogue
from notifications.domain.catalogue import Kind

NO_CHANNEL = "no_channel"
TOO_LATE = "quiet_hours"
UNANSWERED = "unanswered"
UNCONFIRMED = "unconfirmed"
NOT_BOOKED = "not_booked"
CALL = "call"

Kinds = Mapping[str, Kind]

# What a key has after it when its message was stopped and is wanted again.
AGAIN = "#"


def base_of(dedupe_key: str) -> str:
    """Return the key as `plan` knows it, without its count of returns."""
    return dedupe_key.partition(AGAIN)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One message that should exist. `next_at` is `due_at` moved out of quiet hours.

    `touchpoint` names the row of the table that asks for it, with its version.
    """

    subject: str
    revision: int
    kind: str
    channel: str
    due_at: datetime
    next_at: datetime
    expires_at: datetime
    occurrence: str = ""
    told_start: datetime | None = None
    was_start: datetime | None = None
    touchpoint: str = ""
    link_expires_at: datetime | None = None

    @property
    def dedupe_key(self) -> str:
        """Return what makes two messages the same one."""
        return self.key_by(self.channel)

    def key_by(self, channel: str) -> str:
        """Return the key of the same message by that channel."""
        key = f"{self.subject}:r{self.revision}:{self.kind}"
        return f"{key}:{self.occurrence}:{channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A telephone call that must do what no message can do in time.

    Before `opens_at` nobody is asked to make it.
    """

    subject: str
    revision: int
    kind: str
    reason: str
    due_at: datetime
    opens_at: datetime | None = None

    @property
    def dedupe_key(self) -> str:
        """Return what makes two calls the same one."""
        return f"{self.subject}:r{self.revision}:{self.kind}:call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Ways to reach a patient.

    `silence` is why nothing at all is told to them, nor any call asked for: they died
    ("deceased") or want none ("do_not_contact"); "" if there is no such reason.
    `contacts`: channels with a current address that has not opted out; `consents`:
    channels the patient agreed to. Staff are reached by their own addresses.
    `refused`: channels whose address has opted out; `stopped`: (channel, purpose) of
    which it has. `preferred` is the channel, or "call", that the patient asked for.
    """

    zone: ZoneInfo
    silence: str = ""
    contacts: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    stopped: frozenset[tuple[str, str]] = frozenset()
    preferred: str = ""

    @property
    def channel(self) -> str | None:
        """Return the preferred channel that may be used, None if there is none."""
        usable = self.contacts & self.consents
        if not usable or self.preferred == CALL:
            return None
        if self.preferred in usable:
            return self.preferred
        return next(channel for channel in catalogue.CHANNELS if channel in usable)

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the channels that may be used, the preferred one first."""
        if self.preferred == CALL:
            return ()
        usable = self.contacts & self.consents
        order = dict.fromkeys((self.preferred, *catalogue.CHANNELS))
        return tuple(c for c in order if c in usable)

    def about(self, purpose: str) -> "Reach":
        """Return the ways left for messages of that purpose."""
        ended = frozenset(c for c, scope in self.stopped if scope == purpose)
        if not ended & self.contacts:
            return self
        return replace(
            self, contacts=self.contacts - ended, refused=self.refused | ended
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """The wanted set of one subject."""

    messages: tuple[Wanted, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Return the dedupe keys of the messages."""
        return frozenset(m.dedupe_key for m in self.messages)
