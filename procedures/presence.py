"""People an act of the day needs beside the one who does it."""

from clinics.domain.presence import Proof
from core.refusal import Refused
from procedures.context import Context
from procedures.facts.reason import GuardReason

CARE = ("clinician", "nurse", "technician", "medical_director")
DOCTORS = ("clinician", "medical_director")


def actor_id(context: Context) -> int:
    """The acting member of staff; acts of the day are never a patient's or a job's."""
    return int(context.by.id)


def second(context: Context) -> Proof:
    """The second person, which the act's schema asks for."""
    assert context.second_person is not None, f"{context.act} needs two people"
    return context.second_person


def people(context: Context) -> set[int]:
    """The ids of those present."""
    other = context.second_person
    return {actor_id(context)} | ({other.user_id} if other else set())


def not_caring(context: Context) -> Refused | None:
    """Refused if the second person does not treat patients here."""
    other = context.second_person
    clinic_id = context.episode.clinic_id
    if other is None or (other.role in CARE and other.clinic_id == clinic_id):
        return None
    return context.refuse(
        GuardReason(
            "second-person-role",
            "The second person must be one of the treating team.",
            "A clinician, nurse or technician of this clinic is present",
        )
    )


def no_doctor(context: Context) -> bool:
    """Return True if none of those present is a physician."""
    other = context.second_person
    return context.by.role not in DOCTORS and (
        other is None or other.role not in DOCTORS
    )


def without_proceduralist(context: Context, who: set[int]) -> Refused | None:
    """Refused unless the consented proceduralist is among them."""
    consent = context.facts.consent("procedure")
    if consent is None or consent.proceduralist_id in who:
        return None
    return context.refuse(
        GuardReason(
            "proceduralist",
            "The proceduralist named in the consent must do this.",
            "That person is present, or a new consent names another",
        )
    )
