"""Which messages a subject wants: a pure function, so that it can be checked.

Planning inserts what is missing and cancels what is no longer wanted, the gate asks
again at the instant of sending, and `check_messages` compares the rows with it.
Times follow from the subject's own facts; `now` only drops what is too late.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import chain

from notifications.domain import catalogue, replies
from notifications.domain.plan_check_ins import plan_calls, plan_invitations
from notifications.domain.plan_offers import plan_offer
from notifications.domain.plan_pages import plan_pages
from notifications.domain.plan_texts import plan_texts
from notifications.domain.plan_visits import plan_visit
from notifications.domain.subjects import (
    Alarm,
    CheckIn,
    Offered,
    Received,
    Subject,
    Visit,
)
from notifications.domain.wanted import Call, Kinds, Plan, Reach, Wanted


def plan(
    subject: Subject, *, reach: Reach, now: datetime, kinds: Kinds = catalogue.KINDS
) -> Plan:
    """Return what should be told about `subject`, as known at `now`."""
    if reach.silence:
        return Plan()
    found: Iterable[Wanted | Call]
    match subject:
        case Visit():
            found = plan_visit(subject, reach, now, kinds)
        case CheckIn():
            reach = reach.about(replies.CHECK_INS)
            found = chain(
                plan_invitations(subject, reach, kinds), plan_calls(subject, reach, now)
            )
        case Alarm():
            found = plan_pages(subject, kinds)
        case Offered():
            found = plan_offer(subject, reach)
        case Received():
            found = plan_texts(subject, reach, kinds)
    items = list(found)
    return Plan(
        tuple(
            message
            for item in items
            if isinstance(item, Wanted)
            and now < item.expires_at
            and (message := _as_agreed(item, reach, kinds))
        ),
        tuple(c for c in items if isinstance(c, Call)),
    )


def _as_agreed(item: Wanted, reach: Reach, kinds: Kinds) -> Wanted | None:
    """The last guard of a STOP for one purpose, whatever planned the message: another
    channel if one may be used, else nothing."""
    purpose = kinds[item.kind].purpose
    if (item.channel, purpose) not in reach.stopped:
        return item
    channel = reach.about(purpose).channel
    return replace(item, channel=channel) if channel else None
