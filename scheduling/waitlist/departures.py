"""Fate of the bookings of a patient who died or wants no contact.

Holds, offers and waiting end at once. A visit to come is a person's to decide: it
may be the family's only appointment with the clinic, or time others wait for.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from clinics.domain import roles
from core.actor import Actor, job
from patients.services import task_notes, tasks
from patients.services.patients import lock as lock_patient
from scheduling.booking import holds
from scheduling.booking.reserve import lock_resources, resources_of
from scheduling.models import Appointment, Hold, Offer, WaitlistEntry
from scheduling.waitlist import ends

KIND = "visits-of-departed"
DECIDE_WITHIN = timedelta(hours=4)
TEXTS = {
    "deceased": "The patient has died: decide about each visit to come.",
    "do_not_contact": "The patient wants no contact: decide about each visit to come.",
}


def stop(*, patient_id: UUID, kind: str, now: datetime) -> None:
    """End the patient's holds, offers and waiting; ask about the visits to come."""
    by = _by(lock_patient(patient_id).clinic_id)
    kept = list(Hold.objects.filter(patient=patient_id, ended_at=None).order_by("pk"))
    entries = WaitlistEntry.objects.filter(patient=patient_id, closed_at=None)
    offered = Offer.objects.filter(entry__in=entries, state=Offer.State.OFFERED)
    # All at once and in order, as each ending locks its own of them.
    lock_resources(
        {
            pk
            for hold in (*kept, *(o.hold for o in offered.select_related("hold")))
            for pk in resources_of(hold)
        }
    )
    for hold in kept:
        holds.release(hold_id=hold.pk, by=by, now=now)
    for entry in list(entries.order_by("pk")):
        ends.withdraw_entry(entry, reason=kind, by=by, now=now)
    _ask_about_visits(patient_id, kind, by, now)


def resume(*, patient_id: UUID, now: datetime) -> None:
    """It was a slip: the visits to come need no decision."""
    by = _by(lock_patient(patient_id).clinic_id)
    tasks.close_about(
        subjects=[_subject(patient_id)],
        kind=KIND,
        outcome="Taken back: nothing is to be decided.",
        by=by,
        now=now,
    )


def _ask_about_visits(patient_id: UUID, kind: str, by: Actor, now: datetime) -> None:
    rows = Appointment.objects.filter(
        patient=patient_id, status__in=("booked", "arrived"), during__endswith__gt=now
    )
    visits = list(rows.select_related("visit_type", "clinic").order_by("during", "pk"))
    if not visits:
        return
    clinic = visits[0].clinic
    task = tasks.open(
        clinic_id=clinic.pk,
        kind=KIND,
        text=TEXTS[kind],
        owner_role=roles.COORDINATOR,
        patient_id=patient_id,
        subject=_subject(patient_id),
        due_at=now + DECIDE_WITHIN,
        by=by,
        now=now,
    )
    zone = ZoneInfo(clinic.time_zone)
    listed = "; ".join(
        f"{visit.visit_type.name}, {visit.start.astimezone(zone):%Y-%m-%d %H:%M}"
        for visit in visits
    )
    task_notes.add(task_id=task.pk, text=listed, by=by, now=now)


def _by(clinic_id: int) -> Actor:
    return job("departures", clinic_id)


def _subject(patient_id: UUID) -> str:
    return f"patient:{patient_id}"
