"""The roles a person can hold at a clinic, and the two actors that are not staff."""

COORDINATOR = "coordinator"
CLINICIAN = "clinician"
NURSE = "nurse"
TECHNICIAN = "technician"
MEDICAL_DIRECTOR = "medical_director"
ADMIN = "admin"
AUDITOR = "auditor"

STAFF_ROLES: tuple[str, ...] = (
    COORDINATOR,
    CLINICIAN,
    NURSE,
    TECHNICIAN,
    MEDICAL_DIRECTOR,
    ADMIN,
    AUDITOR,
)

# Not memberships: a person holding a patient link, and a named background job.
PATIENT = "patient"
JOB = "job"
ROLES: tuple[str, ...] = (*STAFF_ROLES, PATIENT, JOB)

LABELS: dict[str, str] = {
    COORDINATOR: "Coordinator",
    CLINICIAN: "Clinician",
    NURSE: "Nurse",
    TECHNICIAN: "Technician",
    MEDICAL_DIRECTOR: "Medical director",
    ADMIN: "Administrator",
    AUDITOR: "Auditor",
    PATIENT: "Patient (by link)",
    JOB: "Background job",
}
