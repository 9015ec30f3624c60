"""What the pipeline and a channel say to each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from notifications.domain.invitations import Invitation

# What a provider does with the same message handed over twice:
# idempotent: nothing; callback: it tells by itself what it took; opaque: nobody knows.
Capability = Literal["idempotent", "callback", "opaque"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message, addressed and worded, about to leave.

    `message_id` is the provider's key for "the same message". `handed_at` is the
    process's monotonic clock in seconds when the gate let it pass.
    """

    message_id: UUID
    attempt_id: int
    lease_token: UUID
    provider: str
    channel: str
    address: str
    title: str
    body: str
    clinic_id: int
    patient_id: UUID | None
    user_id: int | None
    at: datetime
    handed_at: float
    # The clinic's name as a recipient reads it, and where an answer goes.
    sender: str = ""
    reply_to: str = ""
    language: str = "en"
    # Lines below the words, which mail has and a text has not: the clinic's postal
    # address, and how to end such mail. Not kept by us, as the last holds a token.
    closing: str = ""
    # Address that ends such mail by one click; "" where that is not offered.
    unsubscribe: str = ""
    invitation: Invitation | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it; its own id for it, if it says one."""

    provider_message_id: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not sent; it may be tried again.

    `is_outage`: it is the provider's fault and says nothing about this message, whose
    tries it does not use up. Not so where this one recipient was refused for now.
    """

    reason: str
    retry_after: timedelta | None = None
    is_outage: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not sent and never will be."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it was sent."""

    reason: str


Result = Accepted | NotSent | Refused | Unknown


class Channel(Protocol):
    """One way out. `send` never runs inside a transaction."""

    name: str
    capability: Capability

    def send(self, letter: Letter) -> Result:
        """Hand the letter over; every outcome is returned, none is raised."""
        ...
