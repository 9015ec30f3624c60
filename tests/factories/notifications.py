"""A clinic that books consultations, people who agreed to texts, and their visits."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clinics.models import Clinic
from core.actor import Actor, job
from core.db import unit_of_work
from patients.models import Patient
from scheduling.booking import book as booking
from scheduling.models import Appointment
from scheduling.setup import services as setup
from tests.factories import clinics as make_clinic
from tests.factories import patients as make_patient

HOUSTON = ZoneInfo("America/Chicago")
BY = job("tests")


def at(text: str) -> datetime:
    """An instant from a wall clock in Houston: "2026-09-08 10:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=HOUSTON)


# A Tuesday morning, a week before the visits that `book` makes.
NOW = at("2026-09-01 10:00")
VISIT = at("2026-09-08 09:00")


@dataclass(frozen=True)
class Office:
    """A clinic open every day from 8 to 18, with rooms and people to consult."""

    clinic: Clinic
    by: Actor


def office(rooms: int = 2, **fields: Any) -> Office:
    clinic = make_clinic.clinic(**fields)
    by = make_clinic.actor("coordinator", clinic)
    for number in range(rooms):
        for kind in ("consult_room", "clinician"):
            setup.add_resource(
                clinic_id=clinic.pk, kind=kind, name=f"{kind} {number}", by=by, now=NOW
            )
    setup.set_hours(
        clinic_id=clinic.pk,
        hours={day: [(time(8), time(18))] for day in range(7)},
        by=by,
        now=NOW,
    )
    setup.ship_visit_types(clinic=clinic, by=by, now=NOW)
    return Office(clinic, by)


def patient(place: Office, **fields: Any) -> Patient:
    """Somebody who agreed to text messages, not to e-mail."""
    defaults = {"sms_consent": True, "email": "marisol@example.org"}
    return make_patient.patient(place.clinic, **{**defaults, **fields})


def book(
    place: Office,
    who: Patient,
    *,
    start: datetime = VISIT,
    now: datetime = NOW,
    visit_type: str = "consultation",
) -> Appointment:
    made = booking.book(
        clinic_id=place.clinic.pk,
        patient_id=who.pk,
        visit_type=visit_type,
        start=start,
        by=place.by,
        now=now,
    )
    assert isinstance(made, Appointment), made
    return made


def move(
    place: Office, visit: Appointment, *, start: datetime, now: datetime
) -> Appointment:
    visit.refresh_from_db()
    moved = booking.move(
        appointment_id=visit.pk,
        start=start,
        version=visit.version,
        reason="patient asked",
        by=place.by,
        now=now,
    )
    assert isinstance(moved, Appointment), moved
    return moved


def cancel(place: Office, visit: Appointment, *, now: datetime) -> Appointment:
    visit.refresh_from_db()
    done = booking.cancel(
        appointment_id=visit.pk,
        version=visit.version,
        reason="tests",
        by=place.by,
        now=now,
    )
    assert isinstance(done, Appointment), done
    return done


def booked(**fields: Any) -> tuple[Office, Patient, Appointment]:
    """An office, a patient who agreed to texts, and their consultation in a week."""

    def build() -> tuple[Office, Patient, Appointment]:
        place = office()
        who = patient(place, **fields)
        return place, who, book(place, who)

    return build()


def committed(**fields: Any) -> tuple[Office, Patient, Appointment]:
    """As `booked`, in a transaction of its own that commits."""
    return unit_of_work(lambda: booked(**fields))


HOUR = timedelta(hours=1)
