"""Plan the offer of an opening, and the news that it is gone."""

from collections.abc import Iterator
from datetime import datetime

from clinics.domain import quiet_hours
from notifications.domain import catalogue, touchpoints
from notifications.domain.subjects import Offered
from notifications.domain.wanted import NO_CHANNEL, TOO_LATE, Call, Reach, Wanted


def plan_offer(offer: Offered, reach: Reach) -> Iterator[Wanted | Call]:
    """The offer while it stands, or the call that replaces it; then that it is gone."""
    if offer.is_open and offer.offered_at is not None:
        leaves = quiet_hours.permitted(offer.offered_at, reach.zone)
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
        leaves = quiet_hours.permitted(offer.closed_at, reach.zone)
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
        link_expires_at=offer.expires_at if is_open else offer.start,
        touchpoint=touchpoints.of("offer").stamp if is_open else "",
    )
