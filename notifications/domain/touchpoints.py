"""Table of what is told before the procedure, to whom and when; the plan reads it.

`T` is the day of the visit. Preparation and the calls about a missing confirmation
are for procedures, the questionnaire is for consultations; the rest is for every
visit in person. A row whose `who` is the coordinator is a task, not a message: those
with the condition "no_channel" speak where no message may.
What follows the procedure is in `touchpoints_after`.
"""

from datetime import time, timedelta
from typing import Final

from notifications.domain import catalogue
from notifications.domain.catalogue import MORNING
from notifications.domain.touchpoint import (
    CHANGE,
    COORDINATOR,
    ENQUIRY,
    OFFERED,
    VISIT,
    Touchpoint,
)

# The purposes of visits: a clinic's own visit types share them.
CONSULTATION: Final = frozenset({"consultation"})
PROCEDURE: Final = frozenset({"procedure"})

# Conditions the plan knows.
UNTOLD: Final = "untold"  # nobody has told the patient of the visit
TOLD_OTHERWISE: Final = "told_otherwise"  # the start they know is not the one agreed
CALLED_OFF: Final = "called_off"
MISSED: Final = "missed"  # they did not come, and have no other such visit ahead
UNCONFIRMED: Final = "unconfirmed"
BASELINE_OPEN: Final = "baseline_open"
NO_CHANNEL: Final = "no_channel"

# Tasks that are no call in place of a message.
STANDBY: Final = "standby"  # ask for a yes once more, or offer the time to who waits

UNDO_HOLD = catalogue.UNDO_HOLD
# Somebody who is only late walks in meanwhile, and the no-show is undone.
NO_SHOW_GRACE: Final = timedelta(hours=1)

TOUCHPOINTS: Final[tuple[Touchpoint, ...]] = (
    Touchpoint(code="enquiry", anchor=ENQUIRY, kind=catalogue.ENQUIRY_RECEIVED),
    Touchpoint(
        code="confirmation",
        anchor=CHANGE,
        kind=catalogue.CONFIRMATION,
        condition=UNTOLD,
    ),
    Touchpoint(
        code="moved",
        anchor=CHANGE,
        delay=UNDO_HOLD,
        kind=catalogue.MOVED,
        condition=TOLD_OTHERWISE,
    ),
    Touchpoint(
        code="cancelled",
        anchor=CHANGE,
        delay=UNDO_HOLD,
        kind=catalogue.CANCELLED,
        condition=CALLED_OFF,
    ),
    Touchpoint(
        code="missed",
        anchor=CHANGE,
        delay=NO_SHOW_GRACE,
        kind=catalogue.MISSED,
        condition=MISSED,
    ),
    Touchpoint(code="offer", anchor=OFFERED, kind=catalogue.OFFER),
    Touchpoint(
        code="T-3 questionnaire",
        anchor=VISIT,
        days=-3,
        at=MORNING,
        kind=catalogue.QUESTIONNAIRE,
        condition=BASELINE_OPEN,
        visit_types=CONSULTATION,
    ),
    Touchpoint(
        code="T-14",
        anchor=VISIT,
        days=-14,
        at=MORNING,
        kind=catalogue.PREPARE_T14,
        visit_types=PROCEDURE,
    ),
    Touchpoint(
        code="T-7",
        anchor=VISIT,
        days=-7,
        at=MORNING,
        kind=catalogue.PREPARE_T7,
        visit_types=PROCEDURE,
    ),
    Touchpoint(
        code="T-2",
        anchor=VISIT,
        days=-2,
        at=MORNING,
        kind=catalogue.PREPARE_T2,
        visit_types=PROCEDURE,
    ),
    Touchpoint(
        code="T-1", anchor=VISIT, days=-1, at=MORNING, kind=catalogue.DAY_BEFORE
    ),
    Touchpoint(
        code="T-3 call",
        anchor=VISIT,
        days=-3,
        at=MORNING,
        kind=UNCONFIRMED,
        who=COORDINATOR,
        condition=UNCONFIRMED,
        visit_types=PROCEDURE,
    ),
    Touchpoint(
        code="T-1 standby",
        anchor=VISIT,
        days=-1,
        at=time(12),
        kind=STANDBY,
        who=COORDINATOR,
        condition=UNCONFIRMED,
        visit_types=PROCEDURE,
    ),
    Touchpoint(
        code="confirmation call",
        anchor=CHANGE,
        delay=UNDO_HOLD,
        kind=catalogue.CONFIRMATION,
        who=COORDINATOR,
        condition=NO_CHANNEL,
    ),
    Touchpoint(
        code="T-7 call",
        anchor=VISIT,
        days=-7,
        at=MORNING,
        kind=catalogue.PREPARE_T7,
        who=COORDINATOR,
        condition=NO_CHANNEL,
        visit_types=PROCEDURE,
    ),
    Touchpoint(
        code="T-1 call",
        anchor=VISIT,
        days=-1,
        at=MORNING,
        kind=catalogue.DAY_BEFORE,
        who=COORDINATOR,
        condition=NO_CHANNEL,
    ),
    Touchpoint(
        code="missed call",
        anchor=CHANGE,
        delay=NO_SHOW_GRACE,
        kind=catalogue.MISSED,
        who=COORDINATOR,
        condition=NO_CHANNEL,
    ),
)


def of(code: str) -> Touchpoint:
    """Return the row with that code. Raises KeyError."""
    return _BY_CODE[code]


_BY_CODE = {touchpoint.code: touchpoint for touchpoint in TOUCHPOINTS}
