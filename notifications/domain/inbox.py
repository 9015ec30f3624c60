"""States of an inbound text, and the only ways between them."""

from typing import Final

UNREAD: Final = "unread"
ASSIGNED: Final = "assigned"
ANSWERED: Final = "answered"
DONE: Final = "done"
STATES: Final = (UNREAD, ASSIGNED, ANSWERED, DONE)
# Somebody still has to do something about these.
OPEN: Final = (UNREAD, ASSIGNED)

# Two segments with the clinic's name before it and the way to stop after it.
LONGEST_ANSWER: Final = 240

TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    UNREAD: frozenset({ASSIGNED, ANSWERED, DONE}),
    ASSIGNED: frozenset({UNREAD, ASSIGNED, ANSWERED, DONE}),
    ANSWERED: frozenset({ASSIGNED, ANSWERED, DONE}),
    DONE: frozenset({ASSIGNED, ANSWERED}),
}


def can_become(before: str, after: str) -> bool:
    """Return True if a text may go from one state to the other."""
    return after in TRANSITIONS[before]
