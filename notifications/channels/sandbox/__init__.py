"""Takes what the send mode keeps from leaving: it goes to nobody, and says so."""

from notifications.channels.contract import Accepted, Capability, Letter, Result


class SandboxChannel:
    """Stands before every provider outside, for whoever may not be written to."""

    name = "sandbox"
    capability: Capability = "idempotent"

    def send(self, letter: Letter) -> Result:
        """Take the letter and keep it here; its row is its only trace."""
        return Accepted(f"sandbox-{letter.message_id}")
