"""Storing a visit with the phases it has."""

from uuid import UUID

from django.db import IntegrityError, transaction

from scheduling.domain.plan import PhasePlan, Plan
from scheduling.models import Appointment, AppointmentPhase
from scheduling.services.problems import PatientBusy
from scheduling.services.reserving import Wanted
from scheduling.services.starts import agreed


def create_appointment(wanted: Wanted, patient_id: UUID, subject: str) -> Appointment:
    """Store the visit and its phases. Raises PatientBusy if the database says so."""
    kind = wanted.kind
    try:
        with transaction.atomic():
            appointment = Appointment.objects.create(
                clinic_id=kind.clinic_id,
                patient_id=patient_id,
                visit_type_id=kind.id,
                clinician_id=wanted.clinician,
                subject=subject,
                variation=wanted.variation.as_data(),
                in_person=kind.in_person,
                status_at=wanted.now,
                created_at=wanted.now,
                **agreed(wanted.start, wanted.plan, kind.zone),
            )
    except IntegrityError as error:
        raise _as_patient_busy(error) from error
    stamp_phases(appointment, wanted.plan)
    return appointment


def stamp_phases(appointment: Appointment, plan: Plan) -> None:
    AppointmentPhase.objects.bulk_create(
        AppointmentPhase(
            appointment=appointment,
            phase_id=phase.id,
            position=position,
            name=phase.name,
            offset_minutes=phase.offset_minutes,
            duration_minutes=phase.duration_minutes,
        )
        for position, phase in enumerate(plan.phases)
    )


def stamped_phases(appointment: Appointment) -> list[PhasePlan]:
    """The phases as this visit has them."""
    rows = appointment.phases.values_list(
        "phase_id", "name", "offset_minutes", "duration_minutes"
    )
    return [PhasePlan(*row) for row in rows]


def _as_patient_busy(error: IntegrityError) -> Exception:
    """PatientBusy where the patient's exclusion constraint refused; else the error."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = diagnosis.constraint_name if diagnosis else ""
    return PatientBusy() if name == "appointment_patient_in_one_place" else error
