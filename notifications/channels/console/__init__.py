"""Writes that something was sent to the log, never what or to whom."""

import structlog

from notifications.channels.contract import Accepted, Capability, Letter, Result

log = structlog.get_logger()


class ConsoleChannel:
    """For a machine without providers: every message is taken and goes nowhere."""

    name = "console"
    capability: Capability = "idempotent"

    def send(self, letter: Letter) -> Result:
        """Log the message's id and its length."""
        log.info(
            "message_sent",
            message=str(letter.message_id),
            channel=letter.channel,
            characters=len(letter.body),
        )
        return Accepted(f"console-{letter.message_id}")
