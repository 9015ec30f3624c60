"""The messages a subject wants: a pure function, so that it can be checked.

Planning inserts what is missing and cancels what is no longer wanted, the gate asks
again at the instant of sending, and `check_messages` compares the rows with it.
Times follow from the subject's own facts; `now` only drops what is too late.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from notifications.domain import catalogue, replies
from notifications.domain.plan_asked import plan_asked
from notifications.domain.plan_check_ins import plan_calls, plan_invitations
from notifications.domain.plan_enquiries import plan_enquiry
from notifications.domain.plan_offers import plan_offer
from notifications.domain.plan_pages import plan_pages
from notifications.domain.plan_texts import plan_texts
from notifications.domain.plan_visits import plan_visit
from notifications.domain.subjects import (
    Alarm,
    Asked,
    CheckIn,
    Enquiry,
    Offered,
    Received,
    Subject,
    Visit,
)
from notifications.domain.wanted import Call, Kinds, Plan, Reach, Wanted


def plan(
    subject: Subject,
    *,
    reach: Reach,
    now: datetime,
    kinds: Kinds = catalogue.KINDS,
    lost: Collection[str] = (),
    left: Collection[str] = (),
) -> Plan:
    """Return what should be told about `subject`, as known at `now`.

    `lost` are the keys of messages that never arrive: one that must goes once by the
    recipient's other channel. `left` are those that have arrived or may yet: who hears
    by another channel from now on is not told the same by that one, too.
    """
    if reach.silence:
        return Plan()
    items = list(_items(subject, reach, now, kinds))
    messages = [item for item in items if isinstance(item, Wanted)]
    if lost:
        messages += list(_by_another(messages, subject, reach, kinds, lost))
    agreed = {
        found.dedupe_key: found
        for message in messages
        if now < message.expires_at
        and (found := _as_agreed(message, reach, kinds))
        and not _is_said(found, kinds, left)
    }
    calls = [item for item in items if isinstance(item, Call)]
    return Plan(
        tuple(agreed.values()),
        tuple(call for call in calls if not _is_reminded(call, kinds, left)),
    )


def _items(
    subject: Subject, reach: Reach, now: datetime, kinds: Kinds
) -> Iterable[Wanted | Call]:
    match subject:
        case Visit():
            return plan_visit(subject, reach, now, kinds)
        case CheckIn():
            reach = reach.about(replies.CHECK_INS)
            return chain(
                plan_invitations(subject, reach, kinds), plan_calls(subject, reach, now)
            )
        case Alarm():
            return plan_pages(subject, kinds)
        case Offered():
            return plan_offer(subject, reach)
        case Enquiry():
            return plan_enquiry(subject, reach, kinds)
        case Received():
            return plan_texts(subject, reach, kinds)
        case Asked():
            return plan_asked(subject, reach)


def _by_another(
    messages: Iterable[Wanted],
    subject: Subject,
    reach: Reach,
    kinds: Kinds,
    lost: Collection[str],
) -> Iterator[Wanted]:
    """The same messages by another channel, each at most once."""
    for message in messages:
        if message.dedupe_key not in lost or not kinds[message.kind].falls_back:
            continue
        about = reach.about(kinds[message.kind].purpose)
        ways = channels_to(subject, about, message.occurrence)
        other = next((way for way in ways if way != message.channel), None)
        if other is not None:
            yield replace(message, channel=other)


def channels_to(subject: Subject, reach: Reach, occurrence: str) -> tuple[str, ...]:
    """Return every channel that reaches the recipient, the preferred one first."""
    if isinstance(subject, Alarm):
        people = (*subject.on_call, *subject.directors)
        found = (one.channels for one in people if str(one.user_id) == occurrence)
        return next(found, ())
    usable = reach.contacts & reach.consents
    return tuple(channel for channel in catalogue.CHANNELS if channel in usable)


def _as_agreed(item: Wanted, reach: Reach, kinds: Kinds) -> Wanted | None:
    """The last guard of a STOP for one purpose, whatever planned the message: another
    channel if one may be used, else nothing."""
    purpose = kinds[item.kind].purpose
    if (item.channel, purpose) not in reach.stopped:
        return item
    channel = reach.about(purpose).channel
    return replace(item, channel=channel) if channel else None


def _is_said(item: Wanted, kinds: Kinds, left: Collection[str]) -> bool:
    """True if the same has left by another channel; a page is better paged twice."""
    if item.dedupe_key in left or kinds[item.kind].is_urgent:
        return False
    return any(item.key_by(channel) in left for channel in catalogue.CHANNELS)


def _is_reminded(call: Call, kinds: Kinds, left: Collection[str]) -> bool:
    """True if a text that has left says what the call is to remind of: whoever
    answers it with STOP has read it."""
    if call.kind not in kinds or not kinds[call.kind].is_reminder:
        return False
    said = f"{call.subject}:r{call.revision}:{call.kind}:"
    return any(key.startswith(said) for key in left)
