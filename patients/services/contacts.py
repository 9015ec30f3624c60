"""Contacts of a patient: one current phone number, one current e-mail address."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from clinics.domain.plain_text import composed
from core import events, journal
from core.actor import Actor
from patients.domain.fields import Fault
from patients.events import ContactChanged
from patients.models import ContactPoint, Patient
from patients.services import faults, phones
from patients.services.row_locks import lock

LONGEST_EMAIL = 254


@transaction.atomic
def add(
    *, patient_id: UUID, system: str, value: str, by: Actor, now: datetime
) -> ContactPoint:
    """Make `value` the current contact of its system ("phone" or "email").

    The one before is ended. Raises core.problems.Invalid.
    """
    patient = lock(patient_id)
    clean = normalise(system, value, patient.clinic.phone)
    before = current(patient, system)
    point = replace(patient, system, clean, by=by, now=now)
    if point is None:
        raise AssertionError("a normalised contact is never empty")
    if before is None or before.pk != point.pk:
        announce(patient, now)
    return point


@transaction.atomic
def end(*, patient_id: UUID, system: str, by: Actor, now: datetime) -> None:
    """The patient has no current contact of this system any more."""
    patient = lock(patient_id)
    if current(patient, system):
        replace(patient, system, "", by=by, now=now)
        announce(patient, now)


@transaction.atomic
def verify(*, patient_id: UUID, system: str, by: Actor, now: datetime) -> None:
    """The current contact has been shown to be the patient's."""
    patient = lock(patient_id)
    point = current(patient, system)
    if point and point.verified_at is None:
        point.verified_at = now
        point.save(update_fields=["verified_at"])
        _record("contact.verified", patient, point, by=by, now=now)


def normalise(system: str, value: str, clinic_phone: str) -> str:
    """E.164, or the e-mail address with its host in lower case. Raises Invalid."""
    found = list(contact_faults({system: value}, clinic_phone))
    if not value.strip():
        found = [Fault(system, f"Give the {_SAID[system]}.")]
    faults.check(found)
    if system == "phone":
        return phones.to_e164(value, phones.region_of(clinic_phone))
    return tidy_email(value)


def contact_faults(fields: dict[str, str], clinic_phone: str) -> Iterator[Fault]:
    """Faults of `phone` and `email` where they are given and not empty."""
    if fields.get("phone", "").strip():
        try:
            phones.to_e164(fields["phone"], phones.region_of(clinic_phone))
        except phones.BadNumber as fault:
            yield Fault("phone", str(fault))
    if fields.get("email", "").strip() and not _is_email(tidy_email(fields["email"])):
        yield Fault("email", "This is not an e-mail address; give name@example.org.")


def tidy_email(address: str) -> str:
    name, at, host = composed(address).strip().rpartition("@")
    return f"{name}{at}{host.lower()}"


def current(patient: Patient, system: str) -> ContactPoint | None:
    rows = ContactPoint.objects.filter(patient=patient, system=system, ended_at=None)
    return rows.first()


def replace(
    patient: Patient, system: str, value: str, *, by: Actor, now: datetime
) -> ContactPoint | None:
    """End the current contact unless it is `value`, and add `value` unless empty.

    The patient is locked already; nobody is told (see `announce`).
    """
    before = current(patient, system)
    if before and before.value == value:
        return before
    if before:
        before.ended_at = now
        before.save(update_fields=["ended_at"])
        _record("contact.ended", patient, before, by=by, now=now)
    if not value:
        return None
    point = ContactPoint.objects.create(
        patient=patient, system=system, value=value, created_at=now
    )
    _record("contact.added", patient, point, by=by, now=now)
    return point


def announce(patient: Patient, now: datetime) -> None:
    """Raise the patient's version and tell who plans by the contacts."""
    Patient.objects.filter(pk=patient.pk).update(version=F("version") + 1)
    events.publish(ContactChanged(patient_id=patient.pk, occurred_at=now))


_SAID = {"phone": "phone number", "email": "e-mail address"}


def _is_email(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return len(address) <= LONGEST_EMAIL


def _record(
    name: str, patient: Patient, point: ContactPoint, *, by: Actor, now: datetime
) -> None:
    # The number itself stays out of the journal; the row it names is kept for good.
    journal.record(
        name,
        subject=f"patient:{patient.pk}",
        by=by,
        at=now,
        payload={"contact_id": point.pk, "system": point.system},
    )
