"""Locks of scheduling, in the one order: patient, resources by id, the rest."""

from uuid import UUID

from core.problems import StaleVersion
from patients.services.patients import lock as lock_patient
from scheduling.booking.selectors import NoSuchAppointment
from scheduling.models import Appointment


def lock_appointment(
    appointment_id: UUID, clinic_id: int | None = None, version: int | None = None
) -> Appointment:
    """The appointment as it is now, under its patient's lock.

    Raises NoSuchAppointment (also for another clinic's), and StaleVersion if `version`
    is given and no longer the current one.
    """
    found = Appointment.objects.filter(pk=appointment_id)
    if clinic_id is not None:
        found = found.filter(clinic_id=clinic_id)
    patient_id = found.values_list("patient_id", flat=True).first()
    if patient_id is None:
        raise NoSuchAppointment
    patient = lock_patient(patient_id)
    appointment = found.select_related("visit_type").get()
    appointment.patient = patient
    if version is not None and version != appointment.version:
        raise StaleVersion(appointment.version)
    return appointment
