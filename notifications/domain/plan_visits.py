"""Plan the messages about an appointment."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinics.domain import quiet_hours
from notifications.domain import catalogue, replies, touchpoints
from notifications.domain.catalogue import KINDS, Kind
from notifications.domain.subjects import Visit
from notifications.domain.touchpoint import COORDINATOR, PATIENT, VISIT, Touchpoint
from notifications.domain.wanted import (
    NO_CHANNEL,
    TOO_LATE,
    UNCONFIRMED,
    Call,
    Kinds,
    Reach,
    Wanted,
)

NOTICE_LASTS_PAST_ARRIVAL = timedelta(hours=2)
# Marked as missed so much later, nobody is told any more that we missed them.
MISSED_IS_NEWS = timedelta(days=7)

REMINDERS = tuple(
    row for row in touchpoints.TOUCHPOINTS if row.who == PATIENT and row.anchor == VISIT
)
CALLS = tuple(
    row
    for row in touchpoints.TOUCHPOINTS
    if row.who == COORDINATOR and row.condition == touchpoints.UNCONFIRMED
)
CALLS_WITHOUT_CHANNEL = tuple(
    row
    for row in touchpoints.TOUCHPOINTS
    if row.who == COORDINATOR and row.condition == touchpoints.NO_CHANNEL
)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A visit's touchpoint with its times; `on` is the patient's day of telling it."""

    visit: Visit
    touchpoint: Touchpoint
    due: datetime
    leaves: datetime
    expires: datetime
    on: date

    @property
    def key(self) -> str:
        """Return what names this reminder in the record of what was told."""
        return f"{self.visit.subject}:r{self.visit.revision}:{self.touchpoint.kind}"

    @property
    def rank(self) -> tuple[int, datetime, str, str]:
        """Return what orders the reminders of one day: tomorrow's visits first."""
        tells = KINDS[self.touchpoint.kind].tells_start
        return (not tells, self.visit.start, self.visit.id, self.touchpoint.kind)


def plan_visit(
    visit: Visit, reach: Reach, now: datetime, kinds: Kinds
) -> Iterator[Wanted | Call]:
    """Plan what is told about an appointment: agreed, changed, missed, soon."""
    if visit.is_called_off:
        yield from _called_off(visit, reach, now, kinds)
    if visit.is_missed:
        yield from _missed(visit, reach, kinds[catalogue.MISSED])
    yield from _delay(visit, reach, kinds[catalogue.RUNNING_LATE])
    if not visit.is_live:
        return
    if visit.told is None and reach.channel:
        yield from _confirmation(visit, reach, kinds[catalogue.CONFIRMATION])
    elif visit.told != visit.start:
        yield from _moved(visit, reach, now, kinds)
    reminders = reach.about(replies.REMINDERS)
    for leader, _ in days_told(visit, reach, kinds):
        yield _reminder(leader, reminders, kinds[leader.touchpoint.kind])
    if visit.asked_by_text_at is not None and catalogue.SMS in _usable(reach):
        yield _other_times(visit, visit.asked_by_text_at, kinds[catalogue.OTHER_TIMES])
    yield from _calls(visit, reach, now)


def days_told(
    visit: Visit, reach: Reach, kinds: Kinds
) -> Iterator[tuple[Reminder, tuple[Reminder, ...]]]:
    """Return the reminders this visit sends, each with those it tells in the same text.

    What is due to one patient on one day is told once: by the reminder that comes
    first in the day's order, so that each visit finds the same one by itself.
    """
    reach = reach.about(replies.REMINDERS)
    if not reach.channel:
        return
    told = {v.id: list(_reminders(v, reach, kinds)) for v in (visit, *visit.siblings)}
    everything = [
        reminder
        for reminders in told.values()
        for reminder in reminders
        if reminder.key not in visit.named
    ]
    for own in told[visit.id]:
        day = sorted((r for r in everything if r.on == own.on), key=lambda r: r.rank)
        if day and day[0] == own:
            yield own, tuple(day[1:])


def _reminders(visit: Visit, reach: Reach, kinds: Kinds) -> Iterator[Reminder]:
    """The reminders of one visit alone, out of quiet hours on the patient's wall."""
    # No "see you tomorrow" to somebody whose last word is that they do not come.
    if not visit.is_live or visit.is_declined:
        return
    for row in REMINDERS:
        kind = kinds[row.kind]
        if not row.is_for(visit.purpose):
            continue
        if row.condition == touchpoints.BASELINE_OPEN and not visit.baseline_open:
            continue
        due = row.due_at(visit.start, reach.zone)
        leaves = quiet_hours.permitted(due, reach.zone)
        expires = min(visit.start - kind.minimum_lead, due + kind.grace)
        if visit.changed_at < leaves < expires:
            on = leaves.astimezone(reach.zone).date()
            yield Reminder(visit, row, due, leaves, expires, on)


def _reminder(reminder: Reminder, reach: Reach, kind: Kind) -> Wanted:
    return _about(
        reminder.visit,
        kind,
        reach,
        reminder.due,
        reminder.leaves,
        reminder.expires,
        touchpoint=reminder.touchpoint,
    )


def _confirmation(visit: Visit, reach: Reach, kind: Kind) -> Iterator[Wanted]:
    row = touchpoints.of("confirmation")
    due = row.due_at(visit.changed_at, reach.zone)
    leaves = quiet_hours.permitted(due, reach.zone)
    if leaves < visit.start:
        yield _about(visit, kind, reach, due, leaves, visit.start, touchpoint=row)


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
    if not visit.waits_today or visit.delay_at is None:
        return
    if reach.channel is None:
        # Who is here already can be told across the desk.
        if visit.is_live:
            yield Call(
                subject=visit.subject,
                revision=visit.revision,
                kind=kind.code,
                reason=NO_CHANNEL,
                due_at=visit.delay_at,
            )
        return
    yield Wanted(
        subject=visit.subject,
        revision=visit.revision,
        kind=kind.code,
        occurrence=str(visit.delay_minutes),
        channel=reach.channel,
        due_at=visit.delay_at,
        next_at=quiet_hours.permitted(visit.delay_at, reach.zone),
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
    row = touchpoints.of("moved")
    yield from _notice(visit, reach, row, kinds, old, min(old, visit.start), now)


def _called_off(
    visit: Visit, reach: Reach, now: datetime, kinds: Kinds
) -> Iterator[Wanted | Call]:
    if visit.told is None and reach.channel:
        return
    old = visit.told or visit.start
    row = touchpoints.of("cancelled")
    yield from _notice(visit, reach, row, kinds, old, old, now)


def _missed(visit: Visit, reach: Reach, kind: Kind) -> Iterator[Wanted | Call]:
    """Tell that we missed them, once it is sure and they have no new visit."""
    has_other = any(
        other.is_live and other.purpose == visit.purpose and other.start > visit.start
        for other in visit.siblings
    )
    if has_other or visit.changed_at > visit.start + MISSED_IS_NEWS:
        return
    row = touchpoints.of("missed" if reach.channel else "missed call")
    due = row.due_at(visit.changed_at, reach.zone)
    leaves = quiet_hours.permitted(due, reach.zone)
    if not reach.channel:
        yield _call_of(visit, row, NO_CHANNEL, due, leaves)
        return
    until = due + kind.grace
    yield _about(visit, kind, reach, due, leaves, until, touchpoint=row)


def _notice(
    visit: Visit,
    reach: Reach,
    row: Touchpoint,
    kinds: Kinds,
    old: datetime,
    deadline: datetime,
    now: datetime,
) -> Iterator[Wanted | Call]:
    """A notice about a change, or the call that replaces it where it would be late.

    `old` is the start the patient knows; after `deadline` the notice has no use.
    """
    due = row.due_at(visit.changed_at, reach.zone)
    leaves = quiet_hours.permitted(due, reach.zone)
    expires = old + NOTICE_LASTS_PAST_ARRIVAL
    if row.kind == catalogue.MOVED:
        expires = min(expires, max(visit.start, due))
    late = quiet_hours.permitted(max(due, now), reach.zone) >= deadline
    if reach.channel and not late:
        kind = kinds[row.kind]
        yield _about(visit, kind, reach, due, leaves, expires, was=old, touchpoint=row)
    elif visit.changed_at < deadline:
        yield _call_of(visit, row, TOO_LATE if reach.channel else NO_CHANNEL, due)


def _calls(visit: Visit, reach: Reach, now: datetime) -> Iterator[Call]:
    """The calls about a visit nobody confirmed, and those where no message may go."""
    reminders = reach.about(replies.REMINDERS)
    found = []
    for row in (*CALLS, *CALLS_WITHOUT_CHANNEL):
        way = reminders if row.anchor == VISIT else reach
        if row.condition == touchpoints.NO_CHANNEL and way.channel:
            continue
        anchor = visit.start if row.anchor == VISIT else visit.changed_at
        due = row.due_at(anchor, reach.zone)
        if not (row.is_for(visit.purpose) and _still_needs(visit, row, due)):
            continue
        opens = quiet_hours.permitted(due, reach.zone)
        if visit.changed_at < opens < visit.start and now < visit.start:
            is_silent = row.condition == touchpoints.NO_CHANNEL
            reason = NO_CHANNEL if is_silent else UNCONFIRMED
            found.append(_call_of(visit, row, reason, due, opens))
    yield from _one_at_a_time(found, now)


def _one_at_a_time(calls: list[Call], now: datetime) -> list[Call]:
    """Drop what the standby call takes the place of once it is due.

    It reaches the patient about the same visit, so one task is enough.
    """
    standby = [call for call in calls if call.kind == touchpoints.STANDBY]
    if not any(call.opens_at is not None and now >= call.opens_at for call in standby):
        return calls
    replaced = {touchpoints.UNCONFIRMED, catalogue.CONFIRMATION, catalogue.DAY_BEFORE}
    return [call for call in calls if call.kind not in replaced]


def _still_needs(visit: Visit, row: Touchpoint, due: datetime) -> bool:
    # Whoever said that they do not come was asked about at once.
    if row.kind == catalogue.MISSED or visit.is_declined:
        return False
    match row.kind:
        case touchpoints.UNCONFIRMED | touchpoints.STANDBY:
            return not visit.is_confirmed
        case catalogue.CONFIRMATION:
            is_new = visit.told is None and not visit.revision
            return is_new and not visit.is_confirmed
        case catalogue.DAY_BEFORE:
            # Whoever says yes as late as that needs no reminder any more.
            return visit.confirmed_at is None or visit.confirmed_at < due
    return True


def _call_of(
    visit: Visit,
    row: Touchpoint,
    reason: str,
    due: datetime,
    opens: datetime | None = None,
) -> Call:
    return Call(
        subject=visit.subject,
        revision=visit.revision,
        kind=row.kind,
        reason=reason,
        due_at=due,
        opens_at=opens,
    )


def _about(
    visit: Visit,
    kind: Kind,
    reach: Reach,
    due: datetime,
    leaves: datetime,
    expires: datetime,
    was: datetime | None = None,
    *,
    touchpoint: Touchpoint,
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
        touchpoint=touchpoint.stamp,
        link_expires_at=_link_ends(visit, kind, expires),
    )


def _link_ends(visit: Visit, kind: Kind, expires: datetime) -> datetime | None:
    """A link opens until what it opens ends; a new time may be chosen for two weeks."""
    if kind.code == catalogue.MISSED:
        return expires + timedelta(days=14)
    return visit.end if kind.link else None
