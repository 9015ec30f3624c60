"""Plan what is told of a follow-up: the invitations, and the calls in their place.

A visit booked for it asks what the invitation would have asked, so nothing is sent
that falls due before it; once a visit is booked nobody is told to book one.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from clinics.domain import quiet_hours
from notifications.domain import touchpoints_after as table
from notifications.domain.catalogue import MORNING
from notifications.domain.subjects import CheckIn
from notifications.domain.touchpoint import INVITED, Touchpoint
from notifications.domain.wanted import (
    NO_CHANNEL,
    NOT_BOOKED,
    UNANSWERED,
    Call,
    Kinds,
    Reach,
    Wanted,
)

# The staff have the day of a visit to write down what was answered at it.
TIME_TO_RECORD = timedelta(days=1)


def plan_invitations(subject: CheckIn, reach: Reach, kinds: Kinds) -> Iterator[Wanted]:
    """Plan the invitations to answer and to book, each with its two nudges."""
    if not subject.is_open or not reach.channel:
        return
    if subject.is_visit and subject.visit_at is None:
        row = table.booking(subject.code)
        yield from _asked(subject, row, table.BOOK_NUDGES, reach, kinds)
    row = table.invitation(subject.code)
    for wanted in _asked(subject, row, table.NUDGES, reach, kinds):
        if not _is_asked_at_a_visit(subject, wanted.due_at):
            yield wanted


def plan_calls(subject: CheckIn, reach: Reach, now: datetime) -> Iterator[Call]:
    """The calls that ask where no message may, and where nobody answered or booked.

    None that asks while a visit for it is to come, at which it is asked anyway.
    """
    asking = [_first_call(subject, reach), *_overdue_call(subject, reach)]
    if _is_asked_at_a_visit(subject, now):
        return
    if not subject.is_open or now >= _closes(subject, reach):
        # What was asked for is still to be made; nothing more is asked for.
        kept = subject.called if subject.is_open or subject.keeps_calls else ()
        yield from (call for call in asking if call.reason in kept)
        return
    if subject.is_visit and subject.visit_at is None:
        yield from _call_to_book(subject, reach)
    yield from (c for c in asking if c.reason != NO_CHANNEL or not reach.channel)


def _asked(
    subject: CheckIn,
    row: Touchpoint,
    nudges: Iterable[Touchpoint],
    reach: Reach,
    kinds: Kinds,
) -> Iterator[Wanted]:
    """The invitation of that row, and the nudges that still fall into the window."""
    first, *others = reach.channels
    invited = _due(subject, row, reach)
    yield _wanted(subject, row, invited, first, reach, kinds)
    anchor = quiet_hours.permitted(invited, reach.zone)
    for nudge in nudges:
        due = nudge.due_at(anchor, reach.zone)
        is_other = nudge.condition == table.OTHER_CHANNEL and others
        channel = others[0] if is_other else first
        if quiet_hours.permitted(due, reach.zone) < _closes(subject, reach):
            yield _wanted(subject, nudge, due, channel, reach, kinds)


def _wanted(
    subject: CheckIn,
    row: Touchpoint,
    due: datetime,
    channel: str,
    reach: Reach,
    kinds: Kinds,
) -> Wanted:
    is_nudge = row.anchor == INVITED
    closes = _closes(subject, reach)
    return Wanted(
        subject=subject.subject,
        revision=0,
        kind=row.kind,
        occurrence=row.code if is_nudge else subject.target_on.isoformat(),
        channel=channel,
        due_at=due,
        next_at=quiet_hours.permitted(due, reach.zone),
        expires_at=min(due + kinds[row.kind].grace, closes),
        link_expires_at=closes,
        touchpoint=row.stamp,
    )


def _first_call(subject: CheckIn, reach: Reach) -> Call:
    due = _due(subject, table.FIRST_CALL, reach)
    return _call(subject, table.FIRST_CALL, NO_CHANNEL, due, reach)


def _overdue_call(subject: CheckIn, reach: Reach) -> Iterator[Call]:
    """After both nudges, or on the last afternoon; a second try where none may go."""
    if not reach.channel:
        due = _due(subject, table.AGAIN_CALL, reach)
        if due < _closes(subject, reach):
            yield _call(subject, table.AGAIN_CALL, UNANSWERED, due, reach)
        return
    invited = _due(subject, table.invitation(subject.code), reach)
    due = table.OVERDUE_CALL.due_at(
        quiet_hours.permitted(invited, reach.zone), reach.zone
    )
    last = quiet_hours.at(subject.window_to, table.LAST_DAY_AT, reach.zone)
    due = min(due, last)
    yield _call(subject, table.OVERDUE_CALL, UNANSWERED, due, reach)


def _call_to_book(subject: CheckIn, reach: Reach) -> Iterator[Call]:
    """At once where nobody may write; else when both nudges led to nothing."""
    invited = _due(subject, table.booking(subject.code), reach)
    due = invited
    if reach.channel:
        due = table.BOOK_CALL.due_at(
            quiet_hours.permitted(invited, reach.zone), reach.zone
        )
    last = quiet_hours.at(subject.window_to, MORNING, reach.zone)
    yield _call(subject, table.BOOK_CALL, NOT_BOOKED, min(due, last), reach)


def _is_asked_at_a_visit(subject: CheckIn, due: datetime) -> bool:
    return subject.visit_at is not None and due < subject.visit_at + TIME_TO_RECORD


def _due(subject: CheckIn, row: Touchpoint, reach: Reach) -> datetime:
    target = quiet_hours.at(subject.target_on, quiet_hours.MIDNIGHT, reach.zone)
    return row.due_at(target, reach.zone)


def _closes(subject: CheckIn, reach: Reach) -> datetime:
    after = subject.window_to + timedelta(days=1)
    return quiet_hours.at(after, quiet_hours.MIDNIGHT, reach.zone)


def _call(
    subject: CheckIn, row: Touchpoint, reason: str, due: datetime, reach: Reach
) -> Call:
    return Call(
        subject=subject.subject,
        revision=0,
        kind=row.kind,
        reason=reason,
        due_at=due,
        opens_at=quiet_hours.permitted(due, reach.zone),
    )
