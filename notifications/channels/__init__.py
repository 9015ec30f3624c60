"""The ways out, one folder each, and which of them carries texts and mail."""

from typing import Final

from django.conf import settings

from notifications.channels.console import ConsoleChannel
from notifications.channels.contract import Channel
from notifications.channels.email import EmailChannel
from notifications.channels.file import FileChannel

PROVIDERS: Final[dict[str, Channel]] = {
    channel.name: channel
    for channel in (ConsoleChannel(), FileChannel(), EmailChannel())
}


# What each provider takes, and which of them reach a person outside a demo.
CARRIES: Final[dict[str, frozenset[str]]] = {
    "console": frozenset({"sms", "email"}),
    "file": frozenset({"sms", "email"}),
    "email": frozenset({"email"}),
}
REAL: Final = frozenset({"email"})
# No provider: nothing is planned for that channel, and people telephone instead.
NONE: Final = "none"


def provider_of(channel: str) -> str:
    """Return the name of the provider that carries "sms" or "email" here."""
    name: str = settings.CHANNELS[channel]
    return name


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
    name = provider_of(channel)
    return channel in CARRIES.get(name, ()) and (name != "console" or plays())


def plays() -> bool:
    """Return True in a demo or while developing."""
    return bool(settings.DEMO or settings.DEBUG)


# How many calls at a time: 1 is inline, without a thread (both are on this machine).
# Mail servers count connections, and three is what the strictest of them allow.
WIDTHS: Final = {"console": 1, "file": 1, "email": 3}
# Half a batch: two rounds of calls a batch.
WIDTH: Final = 50


def width(name: str) -> int:
    """Return how many calls at a time the provider bears."""
    return WIDTHS.get(name, WIDTH)


def lanes() -> dict[str, list[str]]:
    """Return each provider in use with the channels it carries."""
    found: dict[str, list[str]] = {}
    for channel in settings.CHANNELS:
        found.setdefault(provider_of(channel), []).append(channel)
    return found
