"""Register and amend patients. They are never deleted and never merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.db import IntegrityError, transaction

from clinics import selectors as clinics
from clinics.domain.plain_text import composed
from clinics.services import mrns
from core import events, journal
from core.actor import Actor
from core.problems import StaleVersion
from patients.domain.fields import Fault, person_faults, text_faults, tidy
from patients.domain.names import search_name
from patients.domain.search import own_mrn
from patients.events import (
    ConsentChanged,
    ContactChanged,
    PatientAmended,
    PatientRegistered,
)
from patients.models import ChannelConsent, Patient
from patients.services import consents, contacts, faults, phones
from patients.services.row_locks import lock, lock_all

__all__ = ["Changes", "amend", "lock", "lock_all", "register"]

CONTACTS = ("phone", "email")
CHANNELS = ("sms", "email")
REASON_LENGTH = 200
# Observed at birth: changed only to mend a mistake, with the reason on record.
NEEDS_REASON = ("biological_sex", "sexual_development_disorder")


@transaction.atomic
def register(
    *,
    clinic_id: int,
    given_name: str,
    family_name: str,
    birth_date: date,
    phone: str = "",
    email: str = "",
    language: str = "en",
    sms_consent: bool = False,
    email_consent: bool = False,
    mrn: str = "",
    biological_sex: str = "",
    sexual_development_disorder: str = "",
    time_zone: str = "",
    by: Actor,
    now: datetime,
) -> Patient:
    """A new patient with their contacts and consents.

    Without `mrn` the clinic's next number is given ("CP-000123"). `phone` is read in
    the clinic's country. Raises core.problems.Invalid naming every wrong field.
    """
    clinic = clinics.clinic(clinic_id)
    fields: dict[str, Any] = {
        "given_name": tidy(given_name),
        "family_name": tidy(family_name),
        "birth_date": birth_date,
        "mrn": composed(mrn).strip(),
        "language": language,
        "biological_sex": biological_sex or "unknown",
        "sexual_development_disorder": tidy(sexual_development_disorder),
        "time_zone": time_zone,
    }
    ways = {"phone": phone, "email": email}
    faults.check(
        [
            *_person_faults(fields, now, clinic.time_zone),
            *contacts.contact_faults(ways, clinic.phone),
            *_taken_mrn(clinic_id, fields["mrn"]),
        ]
    )
    fields["mrn"] = fields["mrn"] or _free_mrn(clinic_id)
    patient = _insert(clinic_id, fields, now)
    _record("patient.registered", patient, {"mrn": patient.mrn}, by=by, now=now)
    for system, value in _clean(ways, clinic.phone).items():
        contacts.replace(patient, system, value, by=by, now=now)
    for channel, granted in (("sms", sms_consent), ("email", email_consent)):
        if granted:
            consents.keep(patient, channel, True, by=by, now=now)
    events.publish(PatientRegistered(patient_id=patient.pk, occurred_at=now))
    return patient


def _insert(clinic_id: int, fields: Mapping[str, Any], now: datetime) -> Patient:
    try:
        with transaction.atomic():
            return Patient.objects.create(
                clinic_id=clinic_id,
                search_name=search_name(fields["given_name"], fields["family_name"]),
                created_at=now,
                **fields,
            )
    except IntegrityError:
        # A rival took the number between our look and our insert.
        faults.check(_taken_mrn(clinic_id, fields["mrn"]))
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Amendments: None leaves a field as it is, "" ends a contact."""

    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    language: str | None = None
    preferred_channel: str | None = None
    time_zone: str | None = None
    biological_sex: str | None = None
    sexual_development_disorder: str | None = None
    phone: str | None = None
    email: str | None = None
    sms_consent: bool | None = None
    email_consent: bool | None = None

    def given(self, *names: str) -> dict[str, Any]:
        """The fields of these names that are to change."""
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}


# What may stand in the journal as it is.
CODES = ("language", "preferred_channel", "time_zone")
PERSON = (
    "given_name",
    "family_name",
    "birth_date",
    "language",
    "preferred_channel",
    "time_zone",
    "biological_sex",
    "sexual_development_disorder",
)


@transaction.atomic
def amend(
    *,
    patient_id: UUID,
    clinic_id: int | None = None,
    version: int,
    changes: Changes,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Patient:
    """Change what is given in `changes`; nothing to change is no new version.

    `version` is the one the caller saw. Raises StaleVersion, Invalid, NotFound.
    """
    patient = lock(patient_id, clinic_id)
    if patient.version != version:
        raise StaleVersion(patient.version)
    fields = _changed(patient, changes)
    ways = changes.given(*CONTACTS)
    whole = _with_both_names(patient, fields)
    faults.check(
        [
            *_person_faults(whole, now, patient.clinic.time_zone),
            *_unexplained(patient, fields, reason),
            *contacts.contact_faults(ways, patient.clinic.phone),
        ]
    )
    changed_ways = _change_contacts(patient, ways, by=by, now=now)
    changed_answers = _change_consents(patient, changes, by=by, now=now)
    if not (fields or changed_ways or changed_answers):
        return patient
    _save(patient, fields)
    if fields:
        payload = _codes(fields) | {"version": patient.version, "reason": reason}
        _record("patient.amended", patient, payload, by=by, now=now)
        events.publish(PatientAmended(patient_id=patient.pk, occurred_at=now))
    if changed_ways:
        events.publish(ContactChanged(patient_id=patient.pk, occurred_at=now))
    if changed_answers:
        events.publish(ConsentChanged(patient_id=patient.pk, occurred_at=now))
    return patient


def _changed(patient: Patient, changes: Changes) -> dict[str, Any]:
    fields = changes.given(*PERSON)
    for name in ("given_name", "family_name", "sexual_development_disorder"):
        if name in fields:
            fields[name] = tidy(fields[name])
    return {n: value for n, value in fields.items() if getattr(patient, n) != value}


def _with_both_names(patient: Patient, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Changed fields and, if a name is among them, the name that stays."""
    names = {n: getattr(patient, n) for n in ("given_name", "family_name")}
    return {**names, **fields} if names.keys() & fields.keys() else dict(fields)


def _save(patient: Patient, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(patient, name, value)
    patient.search_name = search_name(patient.given_name, patient.family_name)
    patient.version += 1
    patient.save(update_fields=[*fields, "search_name", "version"])


def _change_contacts(
    patient: Patient, ways: Mapping[str, str], *, by: Actor, now: datetime
) -> bool:
    changed = False
    for system, value in _clean(ways, patient.clinic.phone).items():
        before = contacts.current(patient, system)
        if (before.value if before else "") != value:
            contacts.replace(patient, system, value, by=by, now=now)
            changed = True
    return changed


def _change_consents(
    patient: Patient, changes: Changes, *, by: Actor, now: datetime
) -> bool:
    changed = False
    for channel in CHANNELS:
        granted = getattr(changes, f"{channel}_consent")
        if granted is not None and granted != _is_granted(patient, channel):
            consents.keep(patient, channel, granted, by=by, now=now)
            changed = True
    return changed


def _is_granted(patient: Patient, channel: str) -> bool:
    rows = ChannelConsent.objects.filter(patient=patient, channel=channel)
    newest = rows.order_by("-id").first()
    return newest is not None and newest.granted


def _clean(ways: Mapping[str, str], clinic_phone: str) -> dict[str, str]:
    """Checked contacts as they are stored; an empty one stays empty."""
    clean = {name: value.strip() for name, value in ways.items()}
    if clean.get("phone"):
        region = phones.region_of(clinic_phone)
        clean["phone"] = phones.to_e164(clean["phone"], region)
    if clean.get("email"):
        clean["email"] = contacts.tidy_email(clean["email"])
    return clean


def _person_faults(
    fields: Mapping[str, Any], now: datetime, clinic_zone: str
) -> list[Fault]:
    today = now.astimezone(ZoneInfo(clinic_zone)).date()
    found = list(person_faults(fields, today))
    zone = fields.get("time_zone")
    if zone and zone not in available_timezones():
        found.append(Fault("time_zone", "Give a time zone such as America/Chicago."))
    return found


def _unexplained(
    patient: Patient, fields: Mapping[str, Any], reason: str
) -> list[Fault]:
    found = [Fault("reason", fault) for fault in text_faults(reason, REASON_LENGTH)]
    sensitive = [name for name in NEEDS_REASON if name in fields]
    recorded = patient.biological_sex != "unknown"
    if sensitive and recorded and not reason.strip():
        found.append(Fault("reason", "Say why this is changed; it is kept on record."))
    return found


def _taken_mrn(clinic_id: int, mrn: str) -> list[Fault]:
    if mrn and Patient.objects.filter(clinic_id=clinic_id, mrn__iexact=mrn).exists():
        fault = "Another patient has this medical record number; search for it first."
        return [Fault("mrn", fault)]
    return []


def _free_mrn(clinic_id: int) -> str:
    """The clinic's next number that nobody was given by hand."""
    while True:
        mrn = own_mrn(mrns.next_number(clinic_id))
        if not _taken_mrn(clinic_id, mrn):
            return mrn


def _codes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the journal may hold: codes, but no names or dates."""
    codes = {n: fields[n] for n in CODES if n in fields}
    return {"changed": sorted(fields), **codes}


def _record(
    name: str, patient: Patient, payload: Mapping[str, Any], *, by: Actor, now: datetime
) -> None:
    journal.record(
        name, subject=f"patient:{patient.pk}", by=by, at=now, payload=payload
    )
