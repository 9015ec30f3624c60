"""Plan the invitations to follow-ups, and the calls in their place."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from clinics.domain import quiet
from notifications.domain import catalogue
from notifications.domain.subjects import CheckIn
from notifications.domain.wanted import (
    NO_CHANNEL,
    UNANSWERED,
    Call,
    Kinds,
    Reach,
    Wanted,
)

# A day to answer in, and one more; then somebody telephones.
TIME_TO_ANSWER = timedelta(days=2)
# The staff have the day of a visit to write down what was answered at it.
TIME_TO_RECORD = timedelta(days=1)
CHECK_IN_CALL, OVERDUE_CALL = "check_in", "check_in_overdue"


def plan_invitations(subject: CheckIn, reach: Reach, kinds: Kinds) -> Iterator[Wanted]:
    """Plan the invitation to answer a follow-up's questions."""
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


def plan_calls(subject: CheckIn, reach: Reach, now: datetime) -> Iterator[Call]:
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
