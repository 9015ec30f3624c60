"""What the clinic tells people: the kinds of message and the rules of each.

A kind says when it leaves, how long it stays worth sending, and what it may cost.
Whether it is wanted for a given visit is `plan`'s business; its words are `templates`'.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final

from notifications.domain import replies

VERSION: Final = 1

SMS, EMAIL = "sms", "email"
CHANNELS: Final = (SMS, EMAIL)  # in order of preference: the first that may be used

CONFIRMATION: Final = "confirmation"
DAY_BEFORE: Final = "day_before"
MOVED: Final = "moved"
CANCELLED: Final = "cancelled"
CHECK_IN_D3: Final = "check_in_d3"
OFFER: Final = "offer"
OFFER_GONE: Final = "offer_gone"
ON_CALL_PAGE: Final = "on_call_page"
OTHER_TIMES: Final = "other_times"
RUNNING_LATE: Final = "running_late"
STOP_CONFIRMED: Final = "stop_confirmed"
PURPOSE_STOPPED: Final = "purpose_stopped"
START_CONFIRMED: Final = "start_confirmed"
TEXT_HELP: Final = "text_help"
TEXT_RECEIVED: Final = "text_received"
INBOX_ANSWER: Final = "inbox_answer"

MORNING: Final = time(10)  # reminders and check-ins, the patient's wall clock
UNDO_HOLD: Final = timedelta(minutes=2)  # a change can be undone before it is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of message.

    `priority` 0 leaves before everything else and knows neither quiet hours nor caps.
    `is_reminder`: counts towards, and is dropped by, the caps of 1 a day and 3 in 7.
    `tells_start`: the reader knows the visit's time afterwards.
    `calls_if_lost`: where it can never arrive, somebody telephones instead.
    `calls_if_late`: likewise where it could not leave in time, for our own reasons.
    `purpose`: the scope of a STOP that ends it, besides "all".
    `at_any_hour`: it answers what its reader has just said, and knows no quiet hours.
    """

    code: str
    priority: int
    link: str = ""
    is_reminder: bool = False
    tells_start: bool = False
    grace: timedelta = timedelta(days=365)
    minimum_lead: timedelta = timedelta(0)
    calls_if_lost: bool = False
    calls_if_late: bool = False
    purpose: str = replies.ALL
    at_any_hour: bool = False

    @property
    def must_arrive(self) -> bool:
        """Return True if a second copy is better than none."""
        return self.priority <= 1 or self.calls_if_lost

    @property
    def is_urgent(self) -> bool:
        """Return True if quiet hours and caps do not apply."""
        return self.priority == 0


KINDS: Final[dict[str, Kind]] = {
    kind.code: kind
    for kind in (
        Kind(code=ON_CALL_PAGE, priority=0, grace=timedelta(hours=24)),
        Kind(
            code=CANCELLED,
            priority=1,
            link="settings",
            calls_if_lost=True,
            calls_if_late=True,
        ),
        Kind(
            code=MOVED,
            priority=1,
            link="confirm",
            tells_start=True,
            calls_if_lost=True,
            calls_if_late=True,
        ),
        Kind(code=OFFER, priority=1, link="offer", calls_if_lost=True),
        Kind(code=OFFER_GONE, priority=2, link="settings"),
        Kind(
            code=CONFIRMATION,
            priority=2,
            link="confirm",
            tells_start=True,
            calls_if_lost=True,
            calls_if_late=True,
        ),
        Kind(
            code=CHECK_IN_D3,
            priority=3,
            link="check_in",
            grace=timedelta(hours=24),
            calls_if_lost=True,
            purpose=replies.CHECK_INS,
        ),
        Kind(
            code=DAY_BEFORE,
            priority=4,
            link="confirm",
            is_reminder=True,
            tells_start=True,
            grace=timedelta(hours=12),
            minimum_lead=timedelta(hours=2),
            calls_if_late=True,
            purpose=replies.REMINDERS,
        ),
        Kind(
            code=OTHER_TIMES,
            priority=1,
            link="confirm",
            grace=timedelta(hours=24),
            at_any_hour=True,
        ),
        Kind(
            code=RUNNING_LATE,
            priority=1,
            link="settings",
            grace=timedelta(hours=1),
        ),
        # US rules: one confirmation of a STOP, within five minutes, and no more.
        Kind(
            code=STOP_CONFIRMED,
            priority=1,
            grace=timedelta(minutes=5),
            at_any_hour=True,
        ),
        Kind(
            code=PURPOSE_STOPPED,
            priority=1,
            grace=timedelta(minutes=5),
            at_any_hour=True,
        ),
        Kind(
            code=START_CONFIRMED,
            priority=1,
            grace=timedelta(hours=1),
            at_any_hour=True,
        ),
        Kind(code=TEXT_HELP, priority=1, grace=timedelta(hours=1), at_any_hour=True),
        Kind(
            code=TEXT_RECEIVED,
            priority=1,
            grace=timedelta(hours=1),
            at_any_hour=True,
        ),
        Kind(
            code=INBOX_ANSWER,
            priority=1,
            grace=timedelta(hours=24),
            calls_if_lost=True,
            calls_if_late=True,
        ),
    )
}

# Follow-up code to the kind that invites to it. The other remote check-ins follow.
CHECK_INS: Final = {"D3": CHECK_IN_D3}
