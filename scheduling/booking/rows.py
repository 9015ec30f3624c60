"""Storing a visit with the phases it has."""

from uuid import UUID

from django.db import IntegrityError, connection

from scheduling.booking.errors import PatientBusy
from scheduling.booking.reserve import Wanted
from scheduling.booking.starts import agreed
from scheduling.models import Appointment
from scheduling.visit_types.plan import PhasePlan, Plan


def new_appointment(wanted: Wanted, patient_id: UUID, subject: str) -> Appointment:
    """The visit as it will be stored; its id is known already."""
    kind = wanted.kind
    return Appointment(
        clinic_id=kind.clinic_id,
        patient_id=patient_id,
        visit_type_id=kind.id,
        clinician_id=wanted.clinician,
        subject=subject,
        variation=wanted.variation.as_data(),
        not_clinicians=sorted(wanted.avoiding),
        in_person=kind.in_person,
        status_at=wanted.now,
        created_at=wanted.now,
        **agreed(wanted.start, wanted.plan, kind.zone),
    )


def store_appointment(appointment: Appointment, plan: Plan) -> Appointment:
    """Store the visit and its phases.

    Raises PatientBusy if the database says so; then nothing more can be asked of this
    transaction.
    """
    try:
        appointment.save(force_insert=True)
    except IntegrityError as error:
        raise _as_patient_busy(error) from error
    stamp_phases(appointment, plan)
    return appointment


_STAMP = """
INSERT INTO scheduling_appointmentphase
       (appointment_id, position, phase_id, name, offset_minutes, duration_minutes)
SELECT %s, place - 1, phase, name, starts, lasts
  FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[])
       WITH ORDINALITY AS stamped (phase, name, starts, lasts, place)
"""


def stamp_phases(appointment: Appointment, plan: Plan) -> None:
    """Keep the plan's phases with the visit, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STAMP,
            [
                appointment.pk,
                [phase.id for phase in plan.phases],
                [phase.name for phase in plan.phases],
                [phase.offset_minutes for phase in plan.phases],
                [phase.duration_minutes for phase in plan.phases],
            ],
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
