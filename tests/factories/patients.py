"""Patients for tests: `patient()`, `task()`, `enquiry()`, `link(patient)`."""

import itertools
from datetime import date, timedelta
from typing import Any

from clinics.models import Clinic
from core.actor import job
from patients.models import Enquiry, Patient, PatientLink, Task
from patients.services import enquiries, links, patients, tasks
from tests.factories import clinics as make
from tests.factories.clinics import NOW

BORN = date(1966, 4, 12)
BY = job("tests")
_numbers = itertools.count(1)


def patient(at: Clinic | None = None, **fields: Any) -> Patient:
    """Somebody registered at clinic `at` (or at a new one), with a phone number."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "given_name": "Marisol",
        "family_name": f"Testcase{'abcdefghij'[number % 10]}",
        "birth_date": BORN,
        "phone": f"+1 713 555 {100 + number % 100:04d}",
        "by": BY,
        "now": NOW,
    }
    place = at or make.clinic()
    return patients.register(clinic_id=place.pk, **{**defaults, **fields})


def task(at: Clinic | None = None, **fields: Any) -> Task:
    defaults: dict[str, Any] = {
        "kind": "call_patient",
        "text": "Call the patient.",
        "by": BY,
        "now": NOW,
    }
    if "tier" not in fields:
        defaults["due_at"] = NOW + timedelta(hours=4)
    place = at or make.clinic()
    return tasks.open(clinic_id=place.pk, **{**defaults, **fields})


def link(of: Patient, **fields: Any) -> PatientLink:
    defaults: dict[str, Any] = {
        "purpose": "confirm",
        "subject": f"appointment:{next(_numbers)}",
        "expires_at": NOW + timedelta(days=7),
        "now": NOW,
    }
    return links.issue(patient=of, **{**defaults, **fields})


def enquiry(at: Clinic | None = None, **fields: Any) -> Enquiry | None:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "given_name": "Tomás",
        "family_name": "Prueba",
        "birth_date": BORN,
        "phone": "713 555 0142",
        "source": f"192.0.2.{number % 250}",
        "now": NOW,
        "real_now": NOW,
    }
    place = at or make.clinic()
    return enquiries.submit(clinic_id=place.pk, **{**defaults, **fields})
