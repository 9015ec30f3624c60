"""The public form: take an enquiry, answer it, make a patient of it, forget it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clinics import selectors as clinics
from clinics.domain.plain_text import composed
from core import events, journal, locks
from core.actor import Actor, job
from core.problems import NotFound, Problem
from patients.domain.enquiry import ANSWER_WITHIN, KEPT_FOR
from patients.domain.fields import Fault, person_faults, text_faults, tidy
from patients.events import ConsentChanged, EnquiryClosed, EnquiryReceived
from patients.models import Enquiry, Patient, Task
from patients.services import (
    consents,
    contacts,
    enquiry_caps,
    faults,
    patients,
    phones,
    tasks,
)

REASON_LENGTH = 200
ANSWER = "Answer an enquiry from the public form."
SUSPICIOUS = (
    "Look at an enquiry from the public form: a machine may have sent it. "
    "Answer it if a person did."
)


class AlreadyAnswered(Problem):
    code = "enquiry-answered"
    status = 409
    title = "This enquiry was answered already"


@transaction.atomic
def submit(
    *,
    clinic_id: int,
    given_name: str,
    family_name: str,
    birth_date: date | None = None,
    phone: str = "",
    email: str = "",
    language: str = "en",
    message: str = "",
    sms_consent: bool = False,
    email_consent: bool = False,
    trap: str = "",
    source: str,
    now: datetime,
    real_now: datetime,
) -> Enquiry:
    """Keep what was sent by the form and ask the coordinators to answer it.

    `source` is the sender's address, for the caps only. `trap` is the form's hidden
    field: mostly machines fill it, but a browser that fills in forms may, too. So it
    drops nobody; the enquiry is kept as suspicious and a person looks at it. Raises
    core.problems.Invalid, enquiry_caps.TooMany.
    """
    enquiry_caps.count(clinic_id=clinic_id, source=source, real_now=real_now)
    by = job("enquiry_form", clinic_id)
    fields = {
        "given_name": tidy(given_name),
        "family_name": tidy(family_name),
        "language": language,
        **({"birth_date": birth_date} if birth_date else {}),
    }
    ways = {"phone": composed(phone).strip(), "email": contacts.tidy_email(email)}
    _check(clinic_id, fields, ways, message, now)
    enquiry = Enquiry.objects.create(
        clinic_id=clinic_id,
        **fields,
        **_stored(ways, clinic_id),
        message=composed(message).strip(),
        is_suspicious=bool(trap),
        sms_consent=sms_consent,
        email_consent=email_consent,
        received_at=now,
        expires_at=now + KEPT_FOR,
    )
    told = {"is_suspicious": "yes"} if trap else {}
    _record("enquiry.received", enquiry.pk, told, by=by, now=now)
    _ask_for_answer(enquiry, by, now)
    events.publish(EnquiryReceived(enquiry_id=enquiry.pk, occurred_at=now))
    return enquiry


@transaction.atomic
def convert(
    *,
    enquiry_id: UUID,
    clinic_id: int,
    birth_date: date | None = None,
    by: Actor,
    now: datetime,
) -> Patient:
    """Register the sender as a patient and close the enquiry and its task.

    Done twice it is the same patient. `birth_date` is needed if the form had none.
    Raises core.problems.Invalid, AlreadyAnswered, NotFound.
    """
    enquiry = _lock(enquiry_id, clinic_id)
    if enquiry.patient is not None:
        return enquiry.patient
    if enquiry.closed_at:
        raise AlreadyAnswered
    born = birth_date or enquiry.birth_date
    if born is None:
        fault = Fault("birth_date", "Ask for the birth date; the form had none.")
        faults.check([fault])
        raise AssertionError("a fault was found above")
    patient = patients.register(
        clinic_id=clinic_id,
        given_name=enquiry.given_name,
        family_name=enquiry.family_name,
        birth_date=born,
        phone=enquiry.phone,
        email=enquiry.email,
        language=enquiry.language,
        by=by,
        now=now,
    )
    _keep_consents(enquiry, patient, by, now)
    enquiry.patient = patient
    _close(enquiry, "enquiry.converted", "became a patient", by, now)
    return patient


@transaction.atomic
def dismiss(
    *, enquiry_id: UUID, clinic_id: int, reason: str, by: Actor, now: datetime
) -> Enquiry:
    """Close an enquiry that leads to no patient, and its task.

    Raises core.problems.Invalid without a reason, AlreadyAnswered, NotFound.
    """
    enquiry = _lock(enquiry_id, clinic_id)
    if enquiry.closed_at:
        raise AlreadyAnswered
    reason = composed(reason).strip()
    found = [Fault("reason", fault) for fault in text_faults(reason, REASON_LENGTH)]
    if not reason:
        found.append(Fault("reason", "Say why the enquiry is closed."))
    faults.check(found)
    _close(enquiry, "enquiry.dismissed", reason, by, now)
    return enquiry


@transaction.atomic
def forget(*, enquiry_id: UUID, by: Actor, now: datetime) -> bool:
    """Delete an expired enquiry; a task still open for it is closed.

    False if it has not expired or is gone already.
    """
    locked = locks.lock(Enquiry.objects.filter(pk=enquiry_id, expires_at__lte=now))
    if not locked:
        return False
    enquiry = locked[0]
    _close_task(enquiry, "expired", by, now)
    _record("enquiry.forgotten", enquiry.pk, {}, by=by, now=now)
    enquiry.delete()
    return True


def subject_of(enquiry_id: UUID) -> str:
    """The text id of an enquiry, as its task and its journal stream name it."""
    return f"enquiry:{enquiry_id}"


def _check(
    clinic_id: int,
    fields: Mapping[str, Any],
    ways: dict[str, str],
    message: str,
    now: datetime,
) -> None:
    clinic = clinics.clinic(clinic_id)
    today = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    found = [
        *person_faults(fields, today),
        *contacts.contact_faults(ways, clinic.phone),
        *(Fault("message", fault) for fault in text_faults(message)),
    ]
    if not any(ways.values()):
        found.append(
            Fault("phone", "Give a phone number or an e-mail address to answer to.")
        )
    faults.check(found)


def _stored(ways: dict[str, str], clinic_id: int) -> dict[str, str]:
    if not ways["phone"]:
        return ways
    region = phones.region_of(clinics.clinic(clinic_id).phone)
    return ways | {"phone": phones.to_e164(ways["phone"], region)}


def _lock(enquiry_id: UUID, clinic_id: int) -> Enquiry:
    locked = locks.lock(Enquiry.objects.filter(pk=enquiry_id, clinic_id=clinic_id))
    if not locked:
        raise NotFound("There is no such enquiry at this clinic.")
    return locked[0]


def _keep_consents(
    enquiry: Enquiry, patient: Patient, by: Actor, now: datetime
) -> None:
    # Agreed to on the form, so at the time it was sent.
    said_yes = {"sms": enquiry.sms_consent, "email": enquiry.email_consent}
    agreed = [channel for channel, granted in said_yes.items() if granted]
    for channel in agreed:
        consents.keep(patient, channel, True, by=by, now=enquiry.received_at)
    if agreed:
        events.publish(ConsentChanged(patient_id=patient.pk, occurred_at=now))


def _close(enquiry: Enquiry, name: str, reason: str, by: Actor, now: datetime) -> None:
    enquiry.closed_at, enquiry.closed_by = now, str(by)
    enquiry.close_reason = reason
    enquiry.save()
    payload = {"patient_id": enquiry.patient_id}
    _record(name, enquiry.pk, payload, by=by, now=now)
    _close_task(enquiry, reason, by, now)
    events.publish(EnquiryClosed(enquiry_id=enquiry.pk, occurred_at=now))


def _close_task(enquiry: Enquiry, outcome: str, by: Actor, now: datetime) -> None:
    open_task = Task.objects.filter(
        clinic_id=enquiry.clinic_id, subject=subject_of(enquiry.pk), done_at=None
    ).first()
    if open_task:
        tasks.close(task_id=open_task.pk, outcome=outcome, by=by, now=now)


def _ask_for_answer(enquiry: Enquiry, by: Actor, now: datetime) -> None:
    tasks.open(
        clinic_id=enquiry.clinic_id,
        kind="enquiry",
        text=SUSPICIOUS if enquiry.is_suspicious else ANSWER,
        subject=subject_of(enquiry.pk),
        owner_role="coordinator",
        due_at=now + ANSWER_WITHIN,
        by=by,
        now=now,
    )


def _record(
    name: str, enquiry_id: UUID, payload: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    journal.record(name, subject=subject_of(enquiry_id), by=by, at=now, payload=payload)
