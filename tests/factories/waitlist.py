"""Waiting patients and offers for tests: `entry(at)`, `freed(at)`, `offer(at)`."""

from datetime import date, timedelta

from scheduling.booking import book
from scheduling.models import FreedOpening, Hold, Offer, WaitlistEntry
from scheduling.waitlist import ends, entries, offers
from scheduling.waitlist.fit import Wishes
from tests.factories.clinics import NOW
from tests.factories.scheduling import BY, NINE, Practice

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)


def entry(at: Practice, patient=None, *, wishes=None, now=NOW, **fields):
    """Somebody who waits for a consultation in September."""
    known = {"visit_type": "consultation"} if "appointment_id" not in fields else {}
    return entries.add(
        clinic_id=at.clinic.pk,
        patient_id=(patient or at.patient()).pk,
        wishes=Wishes(**(wishes or {})),
        **{
            **known,
            "minimum_notice": timedelta(0),
            "valid_from_on": FIRST,
            "valid_to_on": LAST,
            "by": BY,
            "now": now,
            **fields,
        },
    )


def waiting(at: Practice, count: int) -> list[WaitlistEntry]:
    """So many entries, the first waiting longest."""
    return [entry(at, now=NOW - timedelta(hours=count - n)) for n in range(count)]


def freed(at: Practice, *, now=NOW, **fields) -> FreedOpening:
    """The opening left by a consultation on Wednesday at nine that is cancelled."""
    visit = at.book(**fields)
    book.cancel(
        appointment_id=visit.pk,
        version=visit.version,
        reason="patient asked",
        by=BY,
        now=now,
    )
    return FreedOpening.objects.get(appointment=visit)


def offer(at: Practice, *, now=NOW, **fields) -> Hold:
    """An offer of Wednesday at nine, announced."""
    if "freed_id" not in fields:
        fields = {"visit_type": "consultation", "start": NINE, **fields}
    made = offers.offer(clinic_id=at.clinic.pk, **{"by": BY, "now": now, **fields})
    assert isinstance(made, Hold), made
    ends.announce_offers(by=BY, now=now)
    return made


def offer_of(waits: WaitlistEntry) -> Offer:
    """The latest offer made to this entry."""
    return Offer.objects.filter(entry=waits).latest("offered_at")
