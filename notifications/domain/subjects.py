"""Subjects of messages as `plan` sees them: frozen snapshots, nothing live."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from notifications.domain import states

LIVE_VISIT = "booked"
CALLED_OFF = frozenset({"cancelled", "entered-in-error"})
NO_SHOW = "noshow"
# An offer that ended like this is told to those who had heard of it.
TAKEN_AWAY = frozenset({"too-late", "withdrawn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One message that may have told the patient when to come.

    `sent_at` is when it passed its gate, None if it is known not to have left.
    """

    start: datetime
    revision: int
    state: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An appointment. `changed_at`: when it was booked, last moved or called off.

    `told` is the start the patient was last told, None if nobody told them. `purpose`
    is what it is to an episode: consultation, procedure or follow_up. `baseline_open`:
    the questions before a consultation wait for answers. `siblings` are the patient's
    other visits of the weeks around it, without siblings of theirs: one text tells
    what falls on one day. `named` are reminders that such a text has told already.
    `answer` is the patient's last one: "yes", "other" (another time), "no" or "";
    `asked_by_text_at` is when a text asked for another time. Since `delay_at` they are
    to hear that the clinic runs `delay_minutes` late.
    """

    id: str
    revision: int
    status: str
    in_person: bool
    start: datetime
    end: datetime
    changed_at: datetime
    told: datetime | None = None
    purpose: str = ""
    confirmed_at: datetime | None = None
    baseline_open: bool = False
    siblings: "tuple[Visit, ...]" = ()
    named: frozenset[str] = frozenset()
    answer: str = ""
    asked_by_text_at: datetime | None = None
    delay_minutes: int = 0
    delay_at: datetime | None = None

    @property
    def subject(self) -> str:
        """Return the text id of the appointment."""
        return f"appointment:{self.id}"

    @property
    def is_confirmed(self) -> bool:
        """Return True if the patient has said that they come."""
        return self.confirmed_at is not None

    @property
    def is_live(self) -> bool:
        """Return True if the patient is still expected."""
        return self.in_person and self.status == LIVE_VISIT

    @property
    def is_declined(self) -> bool:
        """Return True while the patient's last word is that they do not come then."""
        return self.answer in {"other", "no"}

    @property
    def waits_today(self) -> bool:
        """Return True if a delay concerns the patient: not seen yet."""
        return self.in_person and self.status in {LIVE_VISIT, "arrived"}

    @property
    def is_called_off(self) -> bool:
        """Return True if a patient who was told must hear that it is off."""
        return self.in_person and self.status in CALLED_OFF

    @property
    def is_missed(self) -> bool:
        """Return True if the patient did not come."""
        return self.in_person and self.status == NO_SHOW


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """A follow-up contact. Dates are local to the patient, both inclusive.

    `is_visit`: the patient comes for it. `visit_at` is when the visit booked for it
    begins. `called`: why telephone calls in its place were asked for that nobody has
    made yet; `keeps_calls`: they are still to be made, though its window has closed.
    """

    id: str
    code: str
    target_on: date
    window_to: date
    is_open: bool
    is_visit: bool = False
    visit_at: datetime | None = None
    called: frozenset[str] = frozenset()
    keeps_calls: bool = False

    @property
    def subject(self) -> str:
        """Return the text id of the follow-up."""
        return f"follow_up:{self.id}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on call and the channels that reach them, in order of preference."""

    user_id: int
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An urgent task: who is paged, in which order, how long each has to answer.

    `directors` are paged when everybody `on_call` has had their turn, at once if
    nobody is on call or can be reached.
    """

    id: str
    opened_at: datetime
    answer_within: timedelta
    is_open: bool
    on_call: tuple[Person, ...] = field(default=())
    directors: tuple[Person, ...] = field(default=())

    @property
    def subject(self) -> str:
        """Return the text id of the task."""
        return f"task:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """An opening offered to a patient who waits. `start` is when the visit would be.

    `offered_at`: when it may be told, None before that. `stands`: the opening is
    still kept for the batch. `waits`: the patient is on the list still. `is_told`: a
    message about it left, or may have left.
    """

    id: str
    state: str
    start: datetime
    offered_at: datetime | None
    expires_at: datetime
    closed_at: datetime | None = None
    stands: bool = True
    waits: bool = True
    is_told: bool = False

    @property
    def subject(self) -> str:
        """Return the text id of the offer."""
        return f"offer:{self.id}"

    @property
    def is_open(self) -> bool:
        """Return True if the patient can still say yes."""
        if self.state != "offered" or self.offered_at is None:
            return False
        return self.stands and self.waits

    @property
    def is_taken_away(self) -> bool:
        """Return True if a patient who was told must hear that it is gone.

        Whoever left the list themselves knows, and stays on no list.
        """
        return self.state in TAKEN_AWAY and self.closed_at is not None and self.waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """An enquiry of somebody who is no patient yet. `is_open`: nobody answered it."""

    id: str
    received_at: datetime
    is_open: bool

    @property
    def subject(self) -> str:
        """Return the text id of the enquiry."""
        return f"enquiry:{self.id}"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of staff to a text."""

    id: str
    written_at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A text that came in, and what goes back to its number.

    `answers_with` is the kind of the automatic answer, "" for none. `is_stopped`: its
    number wants no more texts.
    """

    id: str
    received_at: datetime
    answers_with: str
    is_stopped: bool
    is_carried: bool = True
    answers: tuple[Answer, ...] = ()

    @property
    def subject(self) -> str:
        """Return the text id of the inbound text."""
        return f"text:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something somebody asked to be sent: a new link, a new password, a trial.

    `is_open`: there still is what it is to lead to. `reader`: the member of staff and
    the channels that reach them, None where a patient asked.
    """

    id: str
    kind: str
    asked_at: datetime
    expires_at: datetime
    is_open: bool
    reader: Person | None = None

    @property
    def subject(self) -> str:
        """Return the text id of the wish."""
        return f"asked:{self.id}"


Subject = Visit | CheckIn | Alarm | Offered | Enquiry | Received | Asked


def last_told(
    tellings: Iterable[Telling], *, revision: int, is_live: bool
) -> datetime | None:
    """Return the start the patient was last told, or may have been told.

    A message that may have left counts as told, for silence after it would be worse.
    One that is about to say it again (a repeat after an unknown outcome) does not.
    """
    said = [
        (t.sent_at, t.start)
        for t in tellings
        if t.sent_at is not None
        and t.state != states.UNDELIVERED
        and not (is_live and t.state in states.WAITING and t.revision == revision)
    ]
    return max(said)[1] if said else None
