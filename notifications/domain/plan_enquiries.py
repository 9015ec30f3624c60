"""Plan the word that an enquiry has come in."""

from collections.abc import Iterator

from clinics.domain import quiet_hours
from notifications.domain import touchpoints
from notifications.domain.subjects import Enquiry
from notifications.domain.wanted import Kinds, Reach, Wanted


def plan_enquiry(enquiry: Enquiry, reach: Reach, kinds: Kinds) -> Iterator[Wanted]:
    """By the way they gave and agreed to; nobody has to answer a stranger twice."""
    touchpoint = touchpoints.of("enquiry")
    if not (enquiry.is_open and reach.channel):
        return
    due = touchpoint.due_at(enquiry.received_at, reach.zone)
    yield Wanted(
        subject=enquiry.subject,
        revision=0,
        kind=touchpoint.kind,
        channel=reach.channel,
        due_at=due,
        next_at=quiet_hours.permitted(due, reach.zone),
        expires_at=due + kinds[touchpoint.kind].grace,
        touchpoint=touchpoint.stamp,
    )
