"""A patient who waits has got such a visit otherwise, by telephone for example.

Where it is surely what they waited for, the booking ends the wait; else the
coordinator is asked, so that nobody is matched for what they have.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from core import locks
from core.actor import job
from patients.services import tasks
from scheduling.models import Appointment, AppointmentMove, Offer, WaitlistEntry
from scheduling.waitlist import ends

KIND = "still_waiting"
ASK_WITHIN = timedelta(hours=8)
TEXT = (
    "The patient waits for such a visit and has one now: ask if they still wait, and "
    "take them off the list if not."
)


def booked(*, appointment_id: UUID, patient_id: UUID, now: datetime) -> None:
    """End or ask about the patient's waits. The patient is locked already."""
    # Entries begin and end under that lock: where there is none, none comes.
    if not WaitlistEntry.objects.filter(patient=patient_id, closed_at=None).exists():
        return
    visit = _visit(appointment_id)
    for entry in _waiting(visit):
        if _is_accepting(entry, visit):
            continue
        if entry.visit_type.slug == visit.visit_type.slug and _is_meant(entry, visit):
            ends.close_entry(
                entry,
                WaitlistEntry.End.BOOKED,
                job("booking", visit.clinic_id),
                now,
                appointment=visit.pk,
            )
        elif _is_such(entry, visit):
            _ask(entry, now)


def moved(*, appointment_id: UUID, now: datetime) -> None:
    """Ask whoever waited to come sooner with this visit, once it is sooner."""
    visit = _visit(appointment_id)
    last = AppointmentMove.objects.filter(appointment=visit).order_by("-pk").first()
    if last is None or not last.to_during.lower < last.from_during.lower:
        return
    for entry in _waiting(visit):
        if entry.appointment_id == visit.pk and not _is_accepting(entry, visit):
            _ask(entry, now)


def _is_accepting(entry: WaitlistEntry, visit: Appointment) -> bool:
    """Return True if the visit is a yes to an offer: that ends the wait by itself."""
    taken = entry.offers.filter(
        state=Offer.State.OFFERED, hold__ended_as="booked", hold__during=visit.during
    )
    return taken.exists()


def _visit(appointment_id: UUID) -> Appointment:
    return Appointment.objects.select_related("visit_type").get(pk=appointment_id)


def _waiting(visit: Appointment) -> Iterable[WaitlistEntry]:
    found = WaitlistEntry.objects.filter(patient=visit.patient_id, closed_at=None)
    locks.lock(found)
    return found.select_related("visit_type").order_by("created_at", "pk")


def _is_meant(entry: WaitlistEntry, visit: Appointment) -> bool:
    """Not a wait to come sooner with another visit, nor one for another episode."""
    if entry.appointment_id is not None:
        return False
    return entry.subject in ("", visit.subject) or not visit.subject


def _is_such(entry: WaitlistEntry, visit: Appointment) -> bool:
    """The same type, or both what a decision stands behind."""
    wanted, got = entry.visit_type, visit.visit_type
    both_decided = wanted.requires_decision and got.requires_decision
    return wanted.slug == got.slug or both_decided


def _ask(entry: WaitlistEntry, now: datetime) -> None:
    tasks.open(
        clinic_id=entry.clinic_id,
        patient_id=entry.patient_id,
        kind=KIND,
        text=TEXT,
        subject=f"waitlist:{entry.pk}",
        owner_role="coordinator",
        due_at=now + ASK_WITHIN,
        by=job("booking", entry.clinic_id),
        now=now,
    )
