"""Which messages a subject wants: a pure function, so that it can be checked.

Planning inserts what is missing and cancels what is no longer wanted, the gate asks
again at the instant of sending, and `check_messages` compares the rows with it.
Times follow from the subject's own facts; `now` only drops what is too late.
"""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain

from notifications.domain import catalogue
from notifications.domain.plan_check_ins import plan_calls, plan_invitations
from notifications.domain.plan_enquiries import plan_enquiry
from notifications.domain.plan_offers import plan_offer
from notifications.domain.plan_pages import plan_pages
from notifications.domain.plan_visits import plan_visit
from notifications.domain.subjects import (
    Alarm,
    CheckIn,
    Enquiry,
    Offered,
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
            found = chain(
                plan_invitations(subject, reach, kinds), plan_calls(subject, reach, now)
            )
        case Alarm():
            found = plan_pages(subject, kinds)
        case Offered():
            found = plan_offer(subject, reach)
        case Enquiry():
            found = plan_enquiry(subject, reach, kinds)
    items = list(found)
    return Plan(
        tuple(m for m in items if isinstance(m, Wanted) and now < m.expires_at),
        tuple(c for c in items if isinstance(c, Call)),
    )
