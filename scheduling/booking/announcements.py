"""Writing an act on a visit to the journal, and telling those who listen."""

from datetime import datetime
from uuid import UUID

from core import events, journal
from core.actor import Actor
from scheduling.events import AppointmentBooked, AppointmentEvent
from scheduling.models import Appointment
from scheduling.visit_types.selectors import VisitKind


def announce(
    name: str,
    event: type[AppointmentEvent],
    appointment: Appointment,
    *,
    by: Actor,
    now: datetime,
    **payload: str | UUID | datetime,
) -> None:
    """`name` is the journal's, past tense; the act is complete and stored."""
    journal.record(
        name,
        subject=f"appointment:{appointment.pk}",
        by=by,
        at=now,
        payload={**payload, "version": str(appointment.version)},
    )
    events.publish(
        event(
            appointment_id=appointment.pk,
            patient_id=appointment.patient_id,
            subject=appointment.subject,
            occurred_at=now,
        )
    )


def announce_booked(
    appointment: Appointment, kind: VisitKind, reason: str, by: Actor, now: datetime
) -> None:
    announce(
        "appointment.booked",
        AppointmentBooked,
        appointment,
        by=by,
        now=now,
        patient=appointment.patient_id,
        subject_of_visit=appointment.subject,
        visit_type=f"{kind.slug} version {kind.version}",
        start=appointment.start,
        time_zone=appointment.time_zone,
        reason=reason,
    )
