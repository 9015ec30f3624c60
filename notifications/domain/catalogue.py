"""The kinds of message that the clinic sends, and the rules of each.

A kind says when it leaves, how long it stays worth sending, and what it may cost.
Whether it is wanted for a given visit is `plan`'s business; its words are `templates`'.
"""

from dataclasses import dataclass
from datetime import time, timedelta
from typing import Final, Literal

from notifications.domain import replies

VERSION: Final = 1

SMS, EMAIL = "sms", "email"
CHANNELS: Final = (SMS, EMAIL)  # in order of preference: the first that may be used

CONFIRMATION: Final = "confirmation"
DAY_BEFORE: Final = "day_before"
MOVED: Final = "moved"
CANCELLED: Final = "cancelled"
CHECK_IN: Final = "check_in"
CHECK_IN_NUDGE: Final = "check_in_nudge"
TIME_TO_BOOK: Final = "time_to_book"
BOOK_NUDGE: Final = "book_nudge"
OFFER: Final = "offer"
OFFER_GONE: Final = "offer_gone"
ON_CALL_PAGE: Final = "on_call_page"
ENQUIRY_RECEIVED: Final = "enquiry_received"
QUESTIONNAIRE: Final = "questionnaire"
PREPARE_T14: Final = "prepare_t14"
PREPARE_T7: Final = "prepare_t7"
PREPARE_T2: Final = "prepare_t2"
MISSED: Final = "missed"

# Follow-up code to the kind that invites to it; others are invited by `CHECK_IN`.
CHECK_INS: Final = {
    code: f"check_in_{code.lower()}"
    for code in (
        *("D1", "D3", "D7", "D14", "W6", "M3", "M6", "M12"),
        *("Y2", "Y3", "Y4", "Y5"),
    )
}
OTHER_TIMES: Final = "other_times"
RUNNING_LATE: Final = "running_late"
STOP_CONFIRMED: Final = "stop_confirmed"
PURPOSE_STOPPED: Final = "purpose_stopped"
START_CONFIRMED: Final = "start_confirmed"
TEXT_HELP: Final = "text_help"
TEXT_RECEIVED: Final = "text_received"
INBOX_ANSWER: Final = "inbox_answer"
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
    `calls_if_capped`: likewise where a cap keeps it back until it is too late. What a
    later reminder says anyway `leaves_room` for it: it is capped one earlier.
    `purpose`: the scope of a STOP that ends it, besides "all".
    `invites`: its mail puts the visit into the reader's calendar ("request", which a
    later one changes) or takes it out ("cancel").
    `at_any_hour`: its reader has just asked or said something, and waits.
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
    calls_if_capped: bool = False
    leaves_room: bool = False
    purpose: str = replies.ALL
    invites: Literal["", "request", "cancel"] = ""
    at_any_hour: bool = False

    @property
    def offers_stop(self) -> bool:
        """Return True if its mail can be ended by one click of a mail program.

        Reminders and check-ins come again and again. A booking, a move or an end of a
        visit is told once: whoever ends our reminders still has to hear of those, so
        a program does not offer it there (RFC 8058 is for what a list sends).
        """
        return self.purpose != replies.ALL

    @property
    def must_arrive(self) -> bool:
        """Return True if a second copy is better than none."""
        return self.priority <= 1 or self.calls_if_lost

    @property
    def falls_back(self) -> bool:
        """Return True if another channel tells it where the first never can.

        A nudge has gone by either channel in turn, and the call list follows.
        """
        return self.must_arrive or self.purpose == replies.REMINDERS

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
            link="settings",
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
        Kind(code=OFFER_GONE, priority=2, link="settings"),
        Kind(
            code=CONFIRMATION,
            priority=2,
            link="confirm",
            tells_start=True,
            calls_if_lost=True,
            calls_if_late=True,
            invites="request",
        ),
        # Facts, not reminders: no cap drops the question how somebody is.
        *(
            Kind(
                code=code,
                priority=3,
                link="check_in",
                grace=timedelta(hours=24),
                calls_if_lost=True,
                purpose=replies.CHECK_INS,
            )
            for code in (*CHECK_INS.values(), CHECK_IN)
        ),
        Kind(
            code=TIME_TO_BOOK,
            priority=3,
            link="book",
            grace=timedelta(hours=48),
            calls_if_lost=True,
            purpose=replies.CHECK_INS,
        ),
        *(
            Kind(
                code=code,
                priority=4,
                link=link,
                is_reminder=True,
                grace=timedelta(hours=24),
                purpose=replies.CHECK_INS,
            )
            for code, link in ((CHECK_IN_NUDGE, "check_in"), (BOOK_NUDGE, "book"))
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
            calls_if_capped=True,
            purpose=replies.REMINDERS,
        ),
        # A stranger may have to wait for the morning; a day later somebody has called.
        Kind(code=ENQUIRY_RECEIVED, priority=3, grace=timedelta(hours=24)),
        Kind(
            code=MISSED,
            priority=3,
            link="rebook",
            grace=timedelta(hours=48),
            calls_if_lost=True,
            calls_if_late=True,
        ),
        # Asked at the visit itself where nobody answered before.
        Kind(
            code=QUESTIONNAIRE,
            priority=4,
            link="baseline",
            is_reminder=True,
            grace=timedelta(hours=48),
            minimum_lead=timedelta(hours=2),
            leaves_room=True,
            purpose=replies.REMINDERS,
        ),
        Kind(
            code=PREPARE_T14,
            priority=4,
            link="prepare",
            is_reminder=True,
            grace=timedelta(hours=72),
            minimum_lead=timedelta(hours=12),
            calls_if_late=True,
            leaves_room=True,
            purpose=replies.REMINDERS,
        ),
        # Steps begin on that day: a text of the next evening would be too late.
        Kind(
            code=PREPARE_T7,
            priority=4,
            link="prepare",
            is_reminder=True,
            grace=timedelta(hours=32),
            minimum_lead=timedelta(hours=12),
            calls_if_late=True,
            calls_if_capped=True,
            purpose=replies.REMINDERS,
        ),
        Kind(
            code=PREPARE_T2,
            priority=4,
            link="prepare",
            is_reminder=True,
            grace=timedelta(hours=20),
            minimum_lead=timedelta(hours=12),
            leaves_room=True,
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
