"""The ways out, one folder each, and which of them carries texts and mail."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from django.conf import settings

from notifications.channels.console import ConsoleChannel
from notifications.channels.contract import Channel, Hooks
from notifications.channels.email import EmailChannel
from notifications.channels.file import FileChannel
from notifications.channels.sandbox import SandboxChannel
from notifications.channels.telnyx import TelnyxChannel
from notifications.channels.twilio import TwilioChannel

_TWILIO, _TELNYX = TwilioChannel(), TelnyxChannel()
PROVIDERS: Final[dict[str, Channel]] = {
    channel.name: channel
    for channel in (
        ConsoleChannel(),
        FileChannel(),
        EmailChannel(),
        SandboxChannel(),
        _TWILIO,
        _TELNYX,
    )
}
# Who posts to /hooks/.
HOOKS: Final[dict[str, Hooks]] = {"twilio": _TWILIO, "telnyx": _TELNYX}

# What each provider takes, and which of them reach a person outside a demo.
CARRIES: Final[dict[str, frozenset[str]]] = {
    "console": frozenset({"sms", "email"}),
    "file": frozenset({"sms", "email"}),
    "email": frozenset({"email"}),
    "twilio": frozenset({"sms"}),
    "telnyx": frozenset({"sms"}),
}
REAL: Final = frozenset({"email", "twilio", "telnyx"})
# No provider: nothing is planned for that channel, and people telephone instead.
NONE: Final = "none"
# Takes what the send mode holds back; nobody can choose it.
SANDBOX: Final = "sandbox"
LIVE, ALLOW_LIST = "live", "allow-list"
MODES: Final = (LIVE, ALLOW_LIST, SANDBOX)
EVEN: Final = 100


@lru_cache
def parsed(setting: str) -> Mapping[str, int]:
    """Read "twilio:80,telnyx:20" as provider and weight; -1 for a weight that is none.

    A provider without one has the weight 100; 0 makes it a stand-by for the others.
    """
    found: dict[str, int] = {}
    for part in setting.split(","):
        name, has_weight, weight = part.strip().partition(":")
        if not has_weight:
            found[name] = EVEN
        else:
            is_number = weight.isascii() and weight.isdecimal() and len(weight) < 5
            found[name] = int(weight) if is_number else -1
    return found


def shares(channel: str) -> Mapping[str, int]:
    """Return the providers of "sms" or "email" here and the weight of each at rest."""
    return parsed(settings.CHANNELS[channel])


def provider(name: str) -> Channel:
    """Return the provider; KeyError if this version has none of that name."""
    return PROVIDERS[name]


def carried() -> frozenset[str]:
    """Return the channels by which a message can reach somebody here."""
    return frozenset(channel for channel in settings.CHANNELS if carries(channel))


def carries(channel: str) -> bool:
    """Return True if what is set for that channel takes it to people.

    A console is read by nobody outside a demo: as a channel it would swallow what
    should have been a telephone call. A file keeps what it got, and can be read.
    """
    return any(
        channel in CARRIES.get(name, ()) and (name != "console" or plays())
        for name in shares(channel)
    )


def plays() -> bool:
    """Return True in a demo or while developing."""
    return bool(settings.DEMO or settings.DEBUG)


def holds_back() -> bool:
    """Return True if the send mode keeps messages from providers outside."""
    outside = {name for channel in settings.CHANNELS for name in shares(channel)}
    return settings.SEND_MODE != LIVE and bool(outside & REAL)


def is_allowed(channel: str, address: str) -> bool:
    """Return True if the send mode lets a message leave for that address.

    What stays on this machine (console, file) always may.
    """
    if settings.SEND_MODE == LIVE or not REAL.intersection(shares(channel)):
        return True
    if settings.SEND_MODE != ALLOW_LIST:
        return False
    known, given = settings.SEND_ALLOW_LIST, address.strip().lower()
    return given in known or f"@{given.rpartition('@')[2]}" in known


# How many calls at a time: 1 is inline, without a thread (these are on this machine).
# Mail servers count connections, and three is what the strictest of them allow.
WIDTHS: Final = {"console": 1, "file": 1, SANDBOX: 1, "email": 3}
# A third of a batch: three rounds of calls a batch.
WIDTH: Final = 50


def width(name: str) -> int:
    """Return how many calls at a time the provider bears."""
    return WIDTHS.get(name, WIDTH)


def prepare(name: str) -> None:
    """Have the provider import what it needs, before any letter waits for it."""
    ready = getattr(PROVIDERS.get(name), "prepare", None)
    if ready is not None:
        ready()


def lanes() -> dict[tuple[str, ...], list[str]]:
    """Return each set of providers in use with the channels they carry.

    Providers that stand in for each other share a lane, for a message may go by any.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for channel in settings.CHANNELS:
        found.setdefault(tuple(shares(channel)), []).append(channel)
    return found
