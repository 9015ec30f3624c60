"""The table of who hears what after the procedure, as data.

Each follow-up is asked about on its day; where it is a visit, the patient is told
in good time to book it. Who does not answer is reminded on the other channel, then
once more, then telephoned. A change of a row is a new version.
"""

from datetime import time, timedelta
from typing import Final

from notifications.domain.catalogue import (
    BOOK_NUDGE,
    CHECK_IN,
    CHECK_IN_NUDGE,
    CHECK_INS,
    MORNING,
    TIME_TO_BOOK,
)
from notifications.domain.touchpoint import (
    COORDINATOR,
    INVITED,
    NURSE,
    TARGET,
    Touchpoint,
)
from procedures.follow_up.timetable import BOOK_AHEAD_DAYS, USUALLY_AHEAD_DAYS

# Conditions, by name.
IS_VISIT: Final = "is_visit"
OTHER_CHANNEL: Final = "other_channel"
HAS_CHANNEL: Final = "has_channel"
NO_CHANNEL: Final = "no_channel"

NUDGE_AFTER: Final = timedelta(hours=48)
# On the last day of a window somebody still has the afternoon to telephone.
LAST_DAY_AT: Final = time(15)

# The invitation to answer, 10:00 of its day; a code no row names has the last one.
INVITATIONS: Final = {
    code: Touchpoint(code=code, anchor=TARGET, at=MORNING, kind=kind)
    for code, kind in CHECK_INS.items()
}
INVITATION: Final = Touchpoint(code="other", anchor=TARGET, at=MORNING, kind=CHECK_IN)

# "Time to book": from that day on the visit is owed.
BOOKINGS: Final = {
    code: Touchpoint(
        code=f"{code}_book",
        anchor=TARGET,
        days=-days,
        at=MORNING,
        kind=TIME_TO_BOOK,
        condition=IS_VISIT,
    )
    for code, days in BOOK_AHEAD_DAYS.items()
}
BOOKING: Final = Touchpoint(
    code="other_book",
    anchor=TARGET,
    days=-USUALLY_AHEAD_DAYS,
    at=MORNING,
    kind=TIME_TO_BOOK,
    condition=IS_VISIT,
)

NUDGES: Final = (
    Touchpoint(
        code="1",
        anchor=INVITED,
        delay=NUDGE_AFTER,
        kind=CHECK_IN_NUDGE,
        condition=OTHER_CHANNEL,
    ),
    Touchpoint(code="2", anchor=INVITED, delay=2 * NUDGE_AFTER, kind=CHECK_IN_NUDGE),
)
BOOK_NUDGES: Final = (
    Touchpoint(
        code="1",
        anchor=INVITED,
        delay=NUDGE_AFTER,
        kind=BOOK_NUDGE,
        condition=OTHER_CHANNEL,
    ),
    Touchpoint(code="2", anchor=INVITED, delay=2 * NUDGE_AFTER, kind=BOOK_NUDGE),
)

# The call list. Who may be written to has been reminded twice by then.
FIRST_CALL: Final = Touchpoint(
    code="call",
    anchor=TARGET,
    at=MORNING,
    kind="check_in",
    who=NURSE,
    condition=NO_CHANNEL,
)
OVERDUE_CALL: Final = Touchpoint(
    code="call_overdue",
    anchor=INVITED,
    delay=3 * NUDGE_AFTER,
    kind="check_in_overdue",
    who=NURSE,
    condition=HAS_CHANNEL,
)
# Who cannot be written to was called on the day itself.
AGAIN_CALL: Final = Touchpoint(
    code="call_again",
    anchor=TARGET,
    days=2,
    at=MORNING,
    kind="check_in_overdue",
    who=NURSE,
    condition=NO_CHANNEL,
)
BOOK_CALL: Final = Touchpoint(
    code="call_to_book",
    anchor=INVITED,
    delay=3 * NUDGE_AFTER,
    kind="book_follow_up",
    who=COORDINATOR,
    condition=IS_VISIT,
)


def invitation(code: str) -> Touchpoint:
    """Return the row that asks the questions of that follow-up."""
    return INVITATIONS.get(code, INVITATION)


def booking(code: str) -> Touchpoint:
    """Return the row that says it is time to book that follow-up."""
    return BOOKINGS.get(code, BOOKING)
