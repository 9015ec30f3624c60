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
# Known not to arrive.
LOST: Final = frozenset({UNDELIVERED, DEAD})
IN_FLIGHT: Final = frozenset({SENDING, UNCERTAIN})
# Arrived, or may have.
SAID: Final = IN_FLIGHT | {ACCEPTED, DELIVERED}
LIVE: Final = WAITING | IN_FLIGHT

# A dead or uncertain message may still turn out to have arrived (a late callback), and
# so may one that waits to be sent once more. That it arrived outweighs that it did not.
TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    SCHEDULED: STOPPED | {CLAIMED, ACCEPTED, DELIVERED},
    CLAIMED: STOPPED | {SCHEDULED, SENDING, DEAD, ACCEPTED, DELIVERED},
    SENDING: frozenset({SCHEDULED, UNCERTAIN, ACCEPTED, DELIVERED, UNDELIVERED, DEAD}),
    UNCERTAIN: frozenset({SCHEDULED, ACCEPTED, DELIVERED, UNDELIVERED, DEAD}),
    ACCEPTED: frozenset({DELIVERED, UNDELIVERED}),
    DEAD: frozenset({ACCEPTED, DELIVERED}),
    DELIVERED: frozenset(),
    UNDELIVERED: frozenset({DELIVERED}),
    CANCELLED: frozenset(),
    EXPIRED: frozenset(),
    SUPPRESSED: frozenset(),
    SUPERSEDED: frozenset(),
}


def can_become(before: str, after: str) -> bool:
    """Return True if a message may go from one state to the other."""
    return after in TRANSITIONS[before]
