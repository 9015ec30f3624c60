"""Values that the pipeline and a channel exchange."""

from collections.abc import Mapping
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
    # After it, on the clock of `at`, the message has no use.
    expires_at: datetime | None = None
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
    """Certainly not sent and never will be.

    With OPTED_OUT as its reason the recipient told the provider to send no more.
    """

    reason: str


OPTED_OUT = "opted_out"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A request of a provider to our hooks, as it came.

    `url` is the public address it was sent to, query included; header names are in
    lower case.
    """

    url: str
    content_type: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class Forged(Exception):
    """Its signature is missing or wrong, or it cannot be read; holds no text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNews:
    """News of a message we handed over. `type` is a state of ours."""

    event_id: str
    message_ref: str
    provider_message_id: str
    type: str
    reason: str = ""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A text that somebody sent us; numbers as E.164."""

    event_id: str
    sender: str
    recipient: str
    body: str
    received_at: datetime | None = None


class Hooks(Protocol):
    """Reading of what a provider posts. Both raise Forged; None is of no interest."""

    def read_status(self, posted: Posted) -> ProviderNews | None:
        """Return what became of a message."""
        ...

    def read_inbound(self, posted: Posted) -> Written | None:
        """Return the text that somebody wrote to us."""
        ...
