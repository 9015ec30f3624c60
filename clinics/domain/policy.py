"""Permissions: one row an action, with its reason. What is not here is refused.

A role acts at its own clinic only; that another clinic's things do not even exist for
it (404) is the business of `clinics.web`, not this table's.
"""

from dataclasses import dataclass

from clinics.domain.roles import (
    ADMIN,
    AUDITOR,
    CLINICIAN,
    COORDINATOR,
    JOB,
    LABELS,
    MEDICAL_DIRECTOR,
    NURSE,
    PATIENT,
    ROLES,
    STAFF_ROLES,
    TECHNICIAN,
)


class UnknownAction(Exception):
    """The action is not in the table: a mistake in the code, never in a request."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Roles that may do an action, the reason, and if it shows patient data."""

    roles: frozenset[str]
    why: str
    patient_bearing: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`reason` is a sentence for the person who asked."""

    allowed: bool
    reason: str


CARE = (CLINICIAN, NURSE, TECHNICIAN, MEDICAL_DIRECTOR)
DOCTORS = (CLINICIAN, MEDICAL_DIRECTOR)
EVERY_STAFF_ROLE = STAFF_ROLES


def _rule(why: str, *roles: str) -> Rule:
    return Rule(frozenset(roles), why)


def _about_patients(why: str, *roles: str) -> Rule:
    return Rule(frozenset(roles), why, patient_bearing=True)


ACCESS: dict[str, Rule] = {
    "access_log.read": _about_patients(
        "The auditor answers who has looked at whom; nobody else needs to.", AUDITOR
    ),
    "journal.read": _about_patients(
        "The auditor reviews what was done; nobody judges their own work.", AUDITOR
    ),
}

ADMINISTRATION: dict[str, Rule] = {
    "api_key.write": _rule("Keys are given out with the accounts they act for.", ADMIN),
    "clinic.read": _rule(
        "How openings are offered and when it is closed concerns all who work here.",
        *EVERY_STAFF_ROLE,
    ),
    "clinic.write": _rule("How the clinic runs is configuration.", ADMIN),
    "clock.write": _rule(
        "Only a demo has a clock that can be set, and there anybody may.",
        *EVERY_STAFF_ROLE,
    ),
    "health.read": _rule(
        "Who runs the clinic's system watches it; the medical director answers for it.",
        ADMIN,
        MEDICAL_DIRECTOR,
    ),
    "own.account": _rule(
        "Everybody keeps their own password, second factor and sessions.",
        *EVERY_STAFF_ROLE,
    ),
    "resource.read": _rule(
        "The rooms, people and machines of a clinic are no secret inside it.",
        *EVERY_STAFF_ROLE,
    ),
    "resource.write": _rule(
        "Resources, hours and closures are configuration, and hold no patient data.",
        ADMIN,
    ),
    "rule.write": _rule(
        "Versions of the clinical rules are the medical director's to put in force.",
        MEDICAL_DIRECTOR,
    ),
    "sending.resume": _rule(
        "Who runs the clinic's system lets messages leave again; the medical director "
        "answers for what patients are told.",
        ADMIN,
        MEDICAL_DIRECTOR,
    ),
    "template.read": _rule(
        "What patients are told concerns all who answer their questions about it.",
        *EVERY_STAFF_ROLE,
    ),
    "template.write": _rule("Wording of messages is configuration.", ADMIN),
    "user.write": _rule("Accounts and roles are the administrator's.", ADMIN),
}

CARE_PATH: dict[str, Rule] = {
    "episode.abort": _about_patients(
        "Ending a procedure day is a clinical decision.", *DOCTORS
    ),
    "episode.adverse_event": _about_patients(
        "Whoever at the bedside or bench sees harm writes it down at once.", *CARE
    ),
    "episode.check_in": _about_patients(
        "Nurses receive the patient and take the vitals; clinicians may.",
        NURSE,
        *DOCTORS,
    ),
    "episode.complete": _about_patients(
        "Closing the path says that follow-up is clinically done.", *DOCTORS
    ),
    "episode.consent": _about_patients(
        "Consent is a talk with the clinician, who signs it.", *DOCTORS
    ),
    "episode.correct": _about_patients(
        "Whoever may make a record may correct it, in a new row that names the old.",
        *CARE,
    ),
    "episode.decide": _about_patients(
        "The decision to treat is signed by a clinician.", *DOCTORS
    ),
    "episode.discharge": _about_patients(
        "The clinician orders it, the nurse carries out the recovery checks.",
        NURSE,
        *DOCTORS,
    ),
    "episode.enter_in_error": _about_patients(
        "Whoever may make a record may strike it, with a second person; it stays.",
        *CARE,
    ),
    "episode.evaluate": _about_patients(
        "History, examination and imaging are the clinician's findings.", *DOCTORS
    ),
    "episode.hand_off": _about_patients(
        "Whoever carries a product scans it from hand to hand.", *CARE
    ),
    "episode.harvest": _about_patients("The clinician draws the marrow.", *DOCTORS),
    "episode.inject": _about_patients("The clinician injects.", *DOCTORS),
    "episode.lift_stop": _about_patients(
        "A physician takes a finding back, before a second person.", *DOCTORS
    ),
    "episode.not_done": _about_patients(
        "Whoever is in the room writes down what is not treated, and why.",
        NURSE,
        *DOCTORS,
    ),
    "episode.open": _about_patients(
        "Coordinators open a path at first contact, clinicians at the consultation.",
        COORDINATOR,
        *DOCTORS,
    ),
    "episode.override": _about_patients(
        "Setting a rule aside is a clinician's signed reason, with a second person.",
        *DOCTORS,
    ),
    "episode.prepare": _about_patients(
        "Coordinators tick off what is arranged; nurses and clinicians may as well.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
    "episode.process": _about_patients(
        "Processing is the technician's bench work.", TECHNICIAN
    ),
    "episode.read": _about_patients(
        "Stage, dates and flags are what planning needs; coordinators see no more.",
        COORDINATOR,
        *CARE,
    ),
    "episode.read_clinical": _about_patients(
        "Findings, records and answers are for those who treat the patient.", *CARE
    ),
    "episode.release": _about_patients(
        "The technician verifies the product, a doctor may release it.",
        TECHNICIAN,
        *DOCTORS,
    ),
    "episode.respond": _about_patients(
        "Patients answer their own check-in; nurses and clinicians record calls.",
        NURSE,
        *DOCTORS,
        PATIENT,
    ),
    "episode.time_out": _about_patients(
        "The clinician leads the time-out; a nurse or technician may record it.",
        *CARE,
    ),
    "episode.withdraw": _about_patients(
        "A patient's wish to stop is taken down by whoever hears it.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
}

KITS: dict[str, Rule] = {
    "kit.look_back": _about_patients(
        "A recalled lot has to be traced to its patients by those who treat them.",
        *CARE,
    ),
}

MESSAGES: dict[str, Rule] = {
    "inbox.read": _about_patients(
        "Patients' texts are read by those who serve and treat them.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
    "inbox.write": _about_patients(
        "Whoever reads a patient's text may take it on, answer it and close it.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
    "opt_out.write": _about_patients(
        "Patients stop messages themselves; whoever hears them say so writes it down.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
        PATIENT,
    ),
    "delay.tell": _about_patients(
        "Telling today's patients that the clinic runs late is the coordinators' work.",
        COORDINATOR,
    ),
    "message.cancel": _about_patients(
        "Coordinators answer for what patients are told.", COORDINATOR
    ),
    "message.read": _about_patients(
        "Coordinators see what was sent; those who treat may check it.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
}

PATIENTS: dict[str, Rule] = {
    "contact.write": _about_patients(
        "Contact points and consents to messages are kept by coordinators.",
        COORDINATOR,
    ),
    "enquiry.read": _about_patients("Coordinators answer enquiries.", COORDINATOR),
    "enquiry.write": _about_patients(
        "Coordinators turn an enquiry into a patient.", COORDINATOR
    ),
    "patient.depart": _about_patients(
        "Whoever hears of a death, or of a wish not to be contacted, writes it down.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
    "patient.read": _about_patients(
        "Coordinators and those who treat the patient need to know who it is.",
        COORDINATOR,
        *CARE,
    ),
    "patient.write": _about_patients(
        "Coordinators register and amend patients.", COORDINATOR
    ),
    "task.read": _about_patients(
        "Tasks name patients; they belong to those who serve and treat them.",
        COORDINATOR,
        *CARE,
    ),
    "task.write": _about_patients(
        "Whoever may own a task may acknowledge and close it.", COORDINATOR, *CARE
    ),
}

SCHEDULE: dict[str, Rule] = {
    "appointment.arrive": _about_patients(
        "Whoever meets the patient at the desk or the bay says so.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
    "appointment.book": _about_patients(
        "Booking is the coordinators' work.", COORDINATOR
    ),
    "appointment.cancel": _about_patients(
        "Cancelling is the coordinators' work; a patient may, by link, where nothing "
        "has been prepared.",
        COORDINATOR,
        PATIENT,
    ),
    "appointment.confirm": _about_patients(
        "The patient says yes by link, or a coordinator notes it.",
        COORDINATOR,
        PATIENT,
    ),
    "appointment.move": _about_patients(
        "Moving is the coordinators' work; a patient may, by link, with 48 hours' "
        "notice and where nothing has been prepared.",
        COORDINATOR,
        PATIENT,
    ),
    "appointment.no_show": _about_patients(
        "Whoever waited for the patient says so, and takes it back.",
        COORDINATOR,
        NURSE,
        *DOCTORS,
    ),
    "appointment.read": _about_patients(
        "The day's visits are read by those who plan and those who treat.",
        COORDINATOR,
        *CARE,
    ),
    "absence.read": _about_patients(
        "Who plans must know who and what is missing; so must those who treat.",
        COORDINATOR,
        *CARE,
    ),
    "absence.write": _about_patients(
        "The sick call reaches the coordinators, who repair the day.", COORDINATOR
    ),
    "conflict.read": _about_patients(
        "Visits in an absence's way are seen by those who plan and those who treat.",
        COORDINATOR,
        *CARE,
    ),
    "conflict.resolve": _about_patients(
        "Keeping, moving or cancelling a visit is the coordinators' work.",
        COORDINATOR,
    ),
    "offer.accept": _about_patients(
        "The patient says yes by link, or a coordinator notes it.",
        COORDINATOR,
        PATIENT,
    ),
    "offer.decline": _about_patients(
        "The patient says no by link, or a coordinator notes it.",
        COORDINATOR,
        PATIENT,
    ),
    "phase.record": _about_patients(
        "Whoever is there when a phase begins or ends says so.",
        COORDINATOR,
        *CARE,
    ),
    "repair.write": _about_patients(
        "Planning a broken day anew is the coordinators' work.", COORDINATOR
    ),
    "waitlist.read": _about_patients(
        "Those who plan and those who treat may know who waits.",
        COORDINATOR,
        *CARE,
    ),
    "waitlist.write": _about_patients(
        "Waiting lists and offers are the coordinators' work.", COORDINATOR
    ),
    "hold.write": _about_patients(
        "Keeping an opening for somebody is part of booking.", COORDINATOR
    ),
    "opening.read": _rule(
        "Openings show free time, and no patient; they are searched by planners.",
        COORDINATOR,
        *DOCTORS,
    ),
}

ACTIONS: dict[str, Rule] = {
    **ACCESS,
    **ADMINISTRATION,
    **CARE_PATH,
    **KITS,
    **MESSAGES,
    **PATIENTS,
    **SCHEDULE,
}

# Jobs do what a service's own rules allow; these are the acts they carry out alone.
_JOB_ACTIONS = frozenset({"appointment.no_show", "message.cancel", "task.write"})


def rule(action: str) -> Rule:
    """The row of `action`; raises UnknownAction."""
    try:
        return ACTIONS[action]
    except KeyError:
        raise UnknownAction(action) from None


def may(role: str, action: str) -> Decision:
    """Decide if `role` may do `action`, in words. Raises UnknownAction."""
    row = rule(action)
    if role in row.roles or (role == JOB and action in _JOB_ACTIONS):
        return Decision(True, row.why)
    return Decision(False, _refusal(role, row))


def _refusal(role: str, row: Rule) -> str:
    who = LABELS.get(role, "This account")
    allowed = ", ".join(LABELS[r].lower() for r in ROLES if r in row.roles)
    return f"{who} may not do this. It is for: {allowed}. {row.why}"
