"""Call: hand a letter to its provider, outside every transaction."""

import time

import structlog

from notifications.channels import provider
from notifications.channels.contract import Letter, NotSent, Result, Unknown

log = structlog.get_logger()

# A process frozen between gate and call must not send what others may have resent.
STALE_SECONDS = 5.0


def call(letter: Letter) -> Result:
    """Hand the letter over; what happened is returned, never raised."""
    if time.monotonic() - letter.handed_at > STALE_SECONDS:
        return NotSent("stale")
    try:
        return provider(letter.provider).send(letter)
    except Exception as error:  # noqa: BLE001  (an adapter's slip must not stop others)
        log.warning(
            "channel_failed",
            message=str(letter.message_id),
            provider=letter.provider,
            error=type(error).__name__,
        )
        return Unknown(type(error).__name__)
