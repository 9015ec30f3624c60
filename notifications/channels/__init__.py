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


def provider_of(channel: str) -> str:
    """Return the name of the provider that carries "sms" or "email" here."""
    name: str = settings.CHANNELS[channel]
    return name


def provider(name: str) -> Channel:
    """Return the provider; KeyError if this version has none of that name."""
    return PROVIDERS[name]


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
