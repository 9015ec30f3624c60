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
