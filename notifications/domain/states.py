"""The states of a message and the only ways between them.

The same table is enforced by a trigger; a test compares the two pair by pair.
"""

from typing import Final

SCHEDULED: Final = "scheduled"
CLAIMED: Final = "claimed"
SENDING: Final = "sending"
UNCERTAIN: Final = "uncertain"
ACCEPTED: Final = "accepted"
DELIVERED: Final = "delivered"
UNDELIVERED: Final = "undelivered"
CANCELLED: Final = "cancelled"
EXPIRED: Final = "expired"
SUPPRESSED: Final = "suppressed"
SUPERSEDED: Final = "superseded"
DEAD: Final = "dead"

STATES: Final = (
    SCHEDULED,
    CLAIMED,
    SENDING,
    UNCERTAIN,
    ACCEPTED,
    DELIVERED,
    UNDELIVERED,
    CANCELLED,
    EXPIRED,
    SUPPRESSED,
    SUPERSEDED,
    DEAD,
)

STOPPED: Final = frozenset({CANCELLED, EXPIRED, SUPPRESSED, SUPERSEDED})
WAITING: Final = frozenset({SCHEDULED, CLAIMED})
IN_FLIGHT: Final = frozenset({SENDING, UNCERTAIN})
LIVE: Final = WAITING | IN_FLIGHT

# A dead or uncertain message may still turn out to have arrived (a late callback).
TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    SCHEDULED: STOPPED | {CLAIMED},
    CLAIMED: STOPPED | {SCHEDULED, SENDING, DEAD},
    SENDING: frozenset({SCHEDULED, UNCERTAIN, ACCEPTED, DELIVERED, UNDELIVERED, DEAD}),
    UNCERTAIN: frozenset({SCHEDULED, ACCEPTED, DELIVERED, UNDELIVERED, DEAD}),
    ACCEPTED: frozenset({DELIVERED, UNDELIVERED}),
    DEAD: frozenset({ACCEPTED, DELIVERED}),
    DELIVERED: frozenset(),
    UNDELIVERED: frozenset(),
    CANCELLED: frozenset(),
    EXPIRED: frozenset(),
    SUPPRESSED: frozenset(),
    SUPERSEDED: frozenset(),
}


def can_become(before: str, after: str) -> bool:
    """Return True if a message may go from one state to the other."""
    return after in TRANSITIONS[before]
