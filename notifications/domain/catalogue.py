"""What the clinic tells people: the kinds of message and the rules of each.

A kind says when it leaves, how long it stays worth sending, and what it may cost.
Whether it is wanted for a given visit is `plan`'s business; its words are `templates`'.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final, Literal

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
# What somebody has just asked for.
NEW_LINK: Final = "new_link"
PASSWORD_RESET: Final = "password_reset"  # noqa: S105  (a kind of message)
TRIAL: Final = "trial"

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
    `invites`: its mail puts the visit into the reader's calendar ("request", which a
    later one changes) or takes it out ("cancel").
    `at_any_hour`: whoever gets it has just asked for it, and waits.
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
    invites: Literal["", "request", "cancel"] = ""
    at_any_hour: bool = False

    @property
    def offers_stop(self) -> bool:
        """Return True if its mail can be ended by one click of a mail program.

        Reminders and check-ins come again and again. A booking, a move or an end of a
        visit is told once: whoever ends our reminders still has to hear of those, so
        a program does not offer it there (RFC 8058 is for what a list sends).
        """
        return self.is_reminder or self.link == "check_in"

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
            code=PASSWORD_RESET,
            priority=1,
            grace=timedelta(hours=24),
            at_any_hour=True,
        ),
        Kind(
            code=NEW_LINK,
            priority=1,
            grace=timedelta(hours=24),
            calls_if_lost=True,
            at_any_hour=True,
        ),
        Kind(
            code=TRIAL,
            priority=3,
            grace=timedelta(hours=1),
            at_any_hour=True,
        ),
        Kind(
            code=CANCELLED,
            priority=1,
            calls_if_lost=True,
            calls_if_late=True,
            invites="cancel",
        ),
        Kind(
            code=MOVED,
            priority=1,
            link="confirm",
            tells_start=True,
            calls_if_lost=True,
            calls_if_late=True,
            invites="request",
        ),
        Kind(code=OFFER, priority=1, link="offer", calls_if_lost=True),
        Kind(code=OFFER_GONE, priority=2),
        Kind(
            code=CONFIRMATION,
            priority=2,
            link="confirm",
            tells_start=True,
            calls_if_lost=True,
            calls_if_late=True,
            invites="request",
        ),
        Kind(
            code=CHECK_IN_D3,
            priority=3,
            link="check_in",
            grace=timedelta(hours=24),
            calls_if_lost=True,
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
        ),
    )
}

# Follow-up code to the kind that invites to it. The other remote check-ins follow.
CHECK_INS: Final = {"D3": CHECK_IN_D3}
