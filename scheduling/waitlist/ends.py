"""Ends of offers and entries, and the jobs that take one patient at a time.

The winner's transaction ends the batch by ending its hold; everybody else's offer is
closed, and everybody is told, in transactions of their own.
"""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from core import events, journal, locks
from core.actor import Actor
from core.db import unit_of_work
from patients.services.patients import lock as lock_patient
from scheduling.booking import holds
from scheduling.booking.reserve import lock_resources, resources_of
from scheduling.events import OfferClosed, OfferMade, WaitChanged
from scheduling.models import Appointment, Hold, Offer, WaitlistEntry
from scheduling.waitlist import selectors as waitlist

HOW_ENDED = {
    Hold.End.BOOKED.value: Offer.State.TOO_LATE,
    Hold.End.EXPIRED.value: Offer.State.EXPIRED,
    Hold.End.RELEASED.value: Offer.State.WITHDRAWN,
}


def announce_offers(*, by: Actor, now: datetime) -> int:
    """Tell everybody who was offered something and not told yet; how many.

    One transaction for each patient.
    """
    rows = Offer.objects.filter(state=Offer.State.OFFERED, announced_at=None)
    return sum(unit_of_work(partial(_announce, pk, by, now)) for pk in _ids(rows))


def close_offer_batches(*, by: Actor, now: datetime) -> int:
    """Close the offers of batches that are over; how many. One patient at a time."""
    rows = Offer.objects.filter(
        Q(hold__ended_at__isnull=False) | Q(entry__closed_at__isnull=False),
        state=Offer.State.OFFERED,
    )
    return sum(unit_of_work(partial(_close, pk, by, now)) for pk in _ids(rows))


def how_ended(offer: Offer) -> Offer.State:
    """Return the final state of an offer whose batch or entry is over."""
    if waitlist.is_cut_short(offer):
        return Offer.State.WITHDRAWN
    return HOW_ENDED.get(offer.hold.ended_as, Offer.State.WITHDRAWN)


@transaction.atomic
def withdraw_entry(
    entry: WaitlistEntry, *, reason: str, by: Actor, now: datetime
) -> WaitlistEntry:
    """Let the patient wait no longer, then close their open offers: whoever reads
    of those knows that it was their own wish. The patient is locked already."""
    standing = entry.offers.filter(state=Offer.State.OFFERED)
    lock_resources(
        {pk for o in standing.select_related("hold") for pk in resources_of(o.hold)}
    )
    (entry,) = locks.lock(WaitlistEntry.objects.filter(pk=entry.pk))
    if entry.closed_at is None:
        close_entry(entry, WaitlistEntry.End.WITHDRAWN, by, now, reason=reason)
    for pk in _ids(standing):
        offer = lock_offer(pk)
        if offer.state == Offer.State.OFFERED:
            end(offer, Offer.State.WITHDRAWN, by, now)
            release_if_nobody_is_left(offer.hold, by, now)
    return entry


def lock_offer(offer_id: UUID, own: Appointment | None = None) -> Offer:
    """The offer as it is now, with its hold and entry, all locked in order.

    The patient is locked already; the resources of their `own` visit are taken in
    the same go.
    """
    found = Offer.objects.select_related("hold").get(pk=offer_id)
    lock_resources(resources_of(found.hold) | resources_of(own))
    locks.lock(WaitlistEntry.objects.filter(pk=found.entry_id))
    locks.lock(Offer.objects.filter(pk=offer_id))
    return Offer.objects.select_related(
        "hold__visit_type", "entry__appointment__visit_type", "entry__visit_type"
    ).get(pk=offer_id)


def end(offer: Offer, way: Offer.State, by: Actor, now: datetime) -> None:
    """Close the offer as `way`; on record, and told. Its rows are locked already."""
    offer.state = way
    offer.answered_at = now
    offer.save(update_fields=["state", "answered_at", "appointment"])
    name = f"waitlist.offer_{way.value.replace('-', '_')}"
    record(name, offer.entry, by, now, offer=offer.pk, hold=offer.hold_id)
    events.publish(
        OfferClosed(
            offer_id=offer.pk,
            entry_id=offer.entry_id,
            patient_id=offer.entry.patient_id,
            how=way.value,
            occurred_at=now,
        )
    )


def release_if_nobody_is_left(hold: Hold, by: Actor, now: datetime) -> None:
    """Give the opening back once every patient of the batch has said no.

    The hold's resources are locked already, so that two last refusals see each other.
    """
    standing = hold.offers.filter(state=Offer.State.OFFERED)
    if hold.ended_at is None and not standing.exists():
        holds.release(hold_id=hold.pk, by=by, now=now)


def close_entry(
    entry: WaitlistEntry,
    way: WaitlistEntry.End,
    by: Actor,
    now: datetime,
    **payload: str | UUID | datetime,
) -> None:
    """The patient waits no longer. The entry is locked already."""
    entry.closed_at = now
    entry.closed_as = way
    entry.save(update_fields=["closed_at", "closed_as"])
    record(f"waitlist.{way.value}", entry, by, now, **payload)
    tell_changed(entry, now)


def tell_changed(entry: WaitlistEntry, now: datetime) -> None:
    events.publish(
        WaitChanged(entry_id=entry.pk, patient_id=entry.patient_id, occurred_at=now)
    )


def undo_acceptance(offer_id: UUID, by: Actor, now: datetime) -> None:
    """The visit that this offer moved is moved back: its patient waits as before.

    The offer is withdrawn, so that the opening can be offered again, to them, too. If
    they have come onto the list anew meanwhile, they wait there. The patient and the
    resources are locked already.
    """
    offer = lock_offer(offer_id)
    entry = offer.entry
    waits = WaitlistEntry.objects.filter(
        patient=entry.patient_id,
        visit_type__slug=entry.visit_type.slug,
        closed_at=None,
    )
    if not waits.exists():
        entry.closed_at, entry.closed_as = None, ""
        entry.save(update_fields=["closed_at", "closed_as"])
        record("waitlist.reopened", entry, by, now, offer=offer.pk)
        tell_changed(entry, now)
    offer.appointment = None
    end(offer, Offer.State.WITHDRAWN, by, now)


def record(
    name: str,
    entry: WaitlistEntry,
    by: Actor,
    now: datetime,
    **payload: str | UUID | datetime,
) -> None:
    """Add a line to the entry's history."""
    journal.record(name, subject=f"waitlist:{entry.pk}", by=by, at=now, payload=payload)


def _announce(offer_id: UUID, by: Actor, now: datetime) -> bool:
    offer = _lock_with_patient(offer_id)
    if offer.state != Offer.State.OFFERED or offer.announced_at is not None:
        return False
    if offer.hold.ended_at is not None or offer.entry.closed_at is not None:
        return False  # closed before anybody was told: the other job ends it
    offer.announced_at = now
    offer.save(update_fields=["announced_at"])
    record(
        "waitlist.offered",
        offer.entry,
        by,
        now,
        offer=offer.pk,
        hold=offer.hold_id,
        start=offer.hold.start,
        expires_at=offer.expires_at,
    )
    events.publish(
        OfferMade(
            offer_id=offer.pk,
            entry_id=offer.entry_id,
            patient_id=offer.entry.patient_id,
            occurred_at=now,
        )
    )
    return True


def _close(offer_id: UUID, by: Actor, now: datetime) -> bool:
    offer = _lock_with_patient(offer_id)
    if offer.state != Offer.State.OFFERED:
        return False
    end(offer, how_ended(offer), by, now)
    release_if_nobody_is_left(offer.hold, by, now)
    return True


def _lock_with_patient(offer_id: UUID) -> Offer:
    row = Offer.objects.select_related("entry").get(pk=offer_id)
    lock_patient(row.entry.patient_id)
    return lock_offer(offer_id)


def _ids(rows: QuerySet[Offer]) -> list[UUID]:
    return list(rows.order_by("offered_at", "pk").values_list("pk", flat=True))
