"""Which messages a subject wants: a pure function, so that it can be checked.

Planning inserts what is missing and cancels what is no longer wanted, the gate asks
again at the instant of sending, and `check_messages` compares the rows with it.
Times follow from the subject's own facts; `now` only drops what is too late.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from clinics.domain import quiet
from notifications.domain import catalogue
from notifications.domain.catalogue import Kind
from notifications.domain.subjects import Alarm, CheckIn, Offered, Subject, Visit

NOTICE_LASTS_PAST_ARRIVAL = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One message that should exist. `next_at` is `due_at` moved out of quiet hours."""

    subject: str
    revision: int
    kind: str
    channel: str
    due_at: datetime
    next_at: datetime
    expires_at: datetime
    occurrence: str = ""
    told_start: datetime | None = None
    was_start: datetime | None = None
    link_expires_at: datetime | None = None

    @property
    def dedupe_key(self) -> str:
        """Return what makes two messages the same one."""
        key = f"{self.subject}:r{self.revision}:{self.kind}"
        return f"{key}:{self.occurrence}:{self.channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A telephone call that must do what no message can do in time.

    Before `opens_at` nobody is asked to make it.
    """

    subject: str
    revision: int
    kind: str
    reason: str
    due_at: datetime
    opens_at: datetime | None = None

    @property
    def dedupe_key(self) -> str:
        """Return what makes two calls the same one."""
        return f"{self.subject}:r{self.revision}:{self.kind}:call"


NO_CHANNEL = "no_channel"
TOO_LATE = "quiet_hours"
UNANSWERED = "unanswered"
# A day to answer in, and one more; then somebody telephones.
TIME_TO_ANSWER = timedelta(days=2)
# The staff have the day of a visit to write down what was answered at it.
TIME_TO_RECORD = timedelta(days=1)
CHECK_IN_CALL, OVERDUE_CALL = "check_in", "check_in_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a patient may be reached.

    `silence` is why nothing at all is told to them, nor any call asked for: they died
    ("deceased") or want none ("do_not_contact"); "" if there is no such reason.
    `contacts`: channels with a current address that has not opted out; `consents`:
    channels the patient agreed to. Staff are reached by their own addresses.
    """

    zone: ZoneInfo
    silence: str = ""
    contacts: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()

    @property
    def channel(self) -> str | None:
        """Return the preferred channel that may be used, None if there is none."""
        usable = self.contacts & self.consents
        return next((c for c in catalogue.CHANNELS if c in usable), None)


@dataclass(frozen=True, slots=True)
class Plan:
    """The wanted set of one subject."""

    messages: tuple[Wanted, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Return the dedupe keys of the messages."""
        return frozenset(m.dedupe_key for m in self.messages)


Kinds = Mapping[str, Kind]


def plan(
    subject: Subject, *, reach: Reach, now: datetime, kinds: Kinds = catalogue.KINDS
) -> Plan:
    """Return what should be told about `subject`, as known at `now`."""
    if reach.silence:
        return Plan()
    found: Iterable[Wanted | Call]
    match subject:
        case Visit():
            found = _visit(subject, reach, now, kinds)
        case CheckIn():
            found = chain(
                _check_in(subject, reach, kinds), _check_in_calls(subject, reach, now)
            )
        case Alarm():
            found = _alarm(subject, kinds)
        case Offered():
            found = _offered(subject, reach)
    items = list(found)
    return Plan(
        tuple(m for m in items if isinstance(m, Wanted) and now < m.expires_at),
        tuple(c for c in items if isinstance(c, Call)),
    )


def _visit(
    visit: Visit, reach: Reach, now: datetime, kinds: Kinds
) -> Iterator[Wanted | Call]:
    if visit.is_called_off:
        yield from _called_off(visit, reach, now, kinds)
    if not visit.is_live:
        return
    if visit.told is None and reach.channel:
        yield from _confirmation(visit, reach, kinds[catalogue.CONFIRMATION])
    elif visit.told != visit.start:
        yield from _moved(visit, reach, now, kinds)
    yield from _day_before(visit, reach, kinds[catalogue.DAY_BEFORE])


def _confirmation(visit: Visit, reach: Reach, kind: Kind) -> Iterator[Wanted]:
    leaves = quiet.permitted(visit.changed_at, reach.zone)
    if leaves < visit.start:
        yield _about(visit, kind, reach, visit.changed_at, leaves, visit.start)


def _day_before(visit: Visit, reach: Reach, kind: Kind) -> Iterator[Wanted]:
    """The calendar day before, 10:00 on the patient's wall, out of quiet hours."""
    day = visit.start.astimezone(reach.zone).date() - timedelta(days=1)
    due = quiet.at(day, catalogue.MORNING, reach.zone)
    leaves = quiet.permitted(due, reach.zone)
    expires = min(visit.start - kind.minimum_lead, due + kind.grace)
    if visit.changed_at < leaves < expires and reach.channel:
        yield _about(visit, kind, reach, due, leaves, expires)


def _moved(
    visit: Visit, reach: Reach, now: datetime, kinds: Kinds
) -> Iterator[Wanted | Call]:
    """A notice if the start last told is not the one agreed: move + undo is silent."""
    if visit.told is None and visit.revision == 0:
        return
    old = visit.told or visit.start
    yield from _notice(
        visit, reach, kinds[catalogue.MOVED], old, min(old, visit.start), now
    )


def _called_off(
    visit: Visit, reach: Reach, now: datetime, kinds: Kinds
) -> Iterator[Wanted | Call]:
    if visit.told is None and reach.channel:
        return
    old = visit.told or visit.start
    yield from _notice(visit, reach, kinds[catalogue.CANCELLED], old, old, now)


def _notice(
    visit: Visit,
    reach: Reach,
    kind: Kind,
    old: datetime,
    deadline: datetime,
    now: datetime,
) -> Iterator[Wanted | Call]:
    """A notice about a change, or the call that replaces it where it would be late.

    `old` is the start the patient knows; after `deadline` the notice has no use.
    """
    due = visit.changed_at + catalogue.UNDO_HOLD
    leaves = quiet.permitted(due, reach.zone)
    expires = old + NOTICE_LASTS_PAST_ARRIVAL
    if kind.code == catalogue.MOVED:
        expires = min(expires, max(visit.start, due))
    late = quiet.permitted(max(due, now), reach.zone) >= deadline
    if reach.channel and not late:
        yield _about(visit, kind, reach, due, leaves, expires, was=old)
    elif visit.changed_at < deadline:
        yield _call(visit, kind, reach, due)


def _call(visit: Visit, kind: Kind, reach: Reach, due: datetime) -> Call:
    return Call(
        subject=visit.subject,
        revision=visit.revision,
        kind=kind.code,
        reason=TOO_LATE if reach.channel else NO_CHANNEL,
        due_at=due,
    )


def _about(
    visit: Visit,
    kind: Kind,
    reach: Reach,
    due: datetime,
    leaves: datetime,
    expires: datetime,
    was: datetime | None = None,
) -> Wanted:
    assert reach.channel is not None
    return Wanted(
        subject=visit.subject,
        revision=visit.revision,
        kind=kind.code,
        channel=reach.channel,
        due_at=due,
        next_at=leaves,
        expires_at=expires,
        told_start=visit.start if kind.tells_start else None,
        was_start=was,
        link_expires_at=visit.end if kind.link else None,
    )


def _check_in(subject: CheckIn, reach: Reach, kinds: Kinds) -> Iterator[Wanted]:
    code = catalogue.CHECK_INS.get(subject.code)
    if code is None or not subject.is_open or not reach.channel:
        return
    due = quiet.at(subject.target_on, catalogue.MORNING, reach.zone)
    after = subject.window_to + timedelta(days=1)
    yield Wanted(
        subject=subject.subject,
        revision=0,
        kind=code,
        occurrence=subject.target_on.isoformat(),
        channel=reach.channel,
        due_at=due,
        next_at=quiet.permitted(due, reach.zone),
        expires_at=due + kinds[code].grace,
        link_expires_at=quiet.at(after, quiet.MIDNIGHT, reach.zone),
    )


def _check_in_calls(subject: CheckIn, reach: Reach, now: datetime) -> Iterator[Call]:
    """The calls that ask where no message may, and where nobody answered.

    Of every contact, also of those no message invites to; none while a visit for it
    is to come, at which it is asked anyway.
    """
    visit_at, called = subject.visit_at, subject.called
    if visit_at and now < visit_at + TIME_TO_RECORD:
        return
    due = quiet.at(subject.target_on, catalogue.MORNING, reach.zone)
    first = _check_in_call(subject, CHECK_IN_CALL, NO_CHANNEL, due, reach)
    late = subject.target_on + TIME_TO_ANSWER
    due = quiet.at(late, catalogue.MORNING, reach.zone)
    second = _check_in_call(subject, OVERDUE_CALL, UNANSWERED, due, reach)
    closes = quiet.at(subject.window_to + timedelta(days=1), quiet.MIDNIGHT, reach.zone)
    if not subject.is_open or now >= closes:
        # What was asked for is still to be made; nothing more is asked for.
        kept = called if subject.is_open or subject.keeps_calls else ()
        yield from (call for call in (first, second) if call.reason in kept)
        return
    if not reach.channel or (NO_CHANNEL in called and not _invites(subject)):
        yield first
    if late <= subject.window_to:
        yield second


def _invites(subject: CheckIn) -> bool:
    return subject.code in catalogue.CHECK_INS


def _check_in_call(
    subject: CheckIn, kind: str, reason: str, due: datetime, reach: Reach
) -> Call:
    return Call(
        subject=subject.subject,
        revision=0,
        kind=kind,
        reason=reason,
        due_at=due,
        opens_at=quiet.permitted(due, reach.zone),
    )


def _alarm(subject: Alarm, kinds: Kinds) -> Iterator[Wanted]:
    """One page for each person on call, each a turn later than the one before; the
    medical director comes last."""
    if not subject.is_open:
        return
    known = {person.user_id for person in subject.on_call if person.channels}
    directors = [one for one in subject.directors if one.user_id not in known]
    people = (*subject.on_call, *directors)
    reachable = [person for person in people if person.channels]
    for turn, person in enumerate(reachable):
        due = subject.opened_at + turn * subject.answer_within
        yield Wanted(
            subject=subject.subject,
            revision=0,
            kind=catalogue.ON_CALL_PAGE,
            occurrence=str(person.user_id),
            channel=person.channels[0],
            due_at=due,
            next_at=due,
            expires_at=due + kinds[catalogue.ON_CALL_PAGE].grace,
        )


def _offered(offer: Offered, reach: Reach) -> Iterator[Wanted | Call]:
    """The offer while it stands, or the call that replaces it; then that it is gone."""
    if offer.is_open and offer.offered_at is not None:
        leaves = quiet.permitted(offer.offered_at, reach.zone)
        if reach.channel and leaves < offer.expires_at:
            yield _about_offer(
                offer, catalogue.OFFER, reach.channel, offer.offered_at, leaves
            )
        else:
            yield Call(
                subject=offer.subject,
                revision=0,
                kind=catalogue.OFFER,
                reason=TOO_LATE if reach.channel else NO_CHANNEL,
                due_at=offer.offered_at,
            )
    if offer.is_taken_away and offer.closed_at and offer.is_told and reach.channel:
        leaves = quiet.permitted(offer.closed_at, reach.zone)
        if leaves < offer.start:
            yield _about_offer(
                offer, catalogue.OFFER_GONE, reach.channel, offer.closed_at, leaves
            )


def _about_offer(
    offer: Offered, kind: str, channel: str, due: datetime, leaves: datetime
) -> Wanted:
    is_open = kind == catalogue.OFFER
    return Wanted(
        subject=offer.subject,
        revision=0,
        kind=kind,
        channel=channel,
        due_at=due,
        next_at=leaves,
        expires_at=offer.expires_at if is_open else offer.start,
        link_expires_at=offer.expires_at if is_open else None,
    )
