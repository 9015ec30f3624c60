"""Plan the messages about an appointment."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from clinics.domain import quiet
from notifications.domain import catalogue, replies
from notifications.domain.catalogue import Kind
from notifications.domain.subjects import Visit
from notifications.domain.wanted import (
    NO_CHANNEL,
    TOO_LATE,
    Call,
    Kinds,
    Reach,
    Wanted,
)

NOTICE_LASTS_PAST_ARRIVAL = timedelta(hours=2)


def plan_visit(
    visit: Visit, reach: Reach, now: datetime, kinds: Kinds
) -> Iterator[Wanted | Call]:
    """Plan what is told about an appointment: booked, moved, called off, soon."""
    if visit.is_called_off:
        yield from _called_off(visit, reach, now, kinds)
    if visit.waits_today and visit.delay_at is not None:
        yield from _delay(visit, reach, kinds[catalogue.RUNNING_LATE])
    if not visit.is_live:
        return
    if visit.told is None and reach.channel:
        yield from _confirmation(visit, reach, kinds[catalogue.CONFIRMATION])
    elif visit.told != visit.start:
        yield from _moved(visit, reach, now, kinds)
    # No "see you tomorrow" to somebody whose last word is that they do not come.
    if not visit.is_declined:
        reminders = reach.about(replies.REMINDERS)
        yield from _day_before(visit, reminders, kinds[catalogue.DAY_BEFORE])
    if visit.asked_by_text_at is not None and catalogue.SMS in _usable(reach):
        yield _other_times(visit, visit.asked_by_text_at, kinds[catalogue.OTHER_TIMES])


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


def _usable(reach: Reach) -> frozenset[str]:
    return reach.contacts & reach.consents


def _other_times(visit: Visit, asked_at: datetime, kind: Kind) -> Wanted:
    """The link to real openings, by text to whoever asked for them by text."""
    return Wanted(
        subject=visit.subject,
        revision=visit.revision,
        kind=kind.code,
        occurrence=f"{asked_at:%Y%m%dT%H%M%S}",
        channel=catalogue.SMS,
        due_at=asked_at,
        next_at=asked_at,
        expires_at=asked_at + kind.grace,
        link_expires_at=visit.end,
    )


def _delay(visit: Visit, reach: Reach, kind: Kind) -> Iterator[Wanted | Call]:
    """The news that the clinic runs late today, or a call where no message may go."""
    assert visit.delay_at is not None
    if reach.channel is None:
        # Who is here already can be told across the desk.
        if visit.is_live:
            yield _call(visit, kind, reach, visit.delay_at)
        return
    yield Wanted(
        subject=visit.subject,
        revision=visit.revision,
        kind=kind.code,
        occurrence=str(visit.delay_minutes),
        channel=reach.channel,
        due_at=visit.delay_at,
        next_at=quiet.permitted(visit.delay_at, reach.zone),
        expires_at=visit.delay_at + kind.grace,
        link_expires_at=visit.end,
    )


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
