"""Tell the patients of today that the clinic runs late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from clinics import selectors as clinics
from core.actor import Actor
from core.refusal import Reason, Refused
from scheduling import selectors as scheduling
from scheduling.booking import patient_answers

LEAST = timedelta(minutes=15)
# Told again only when it has become so much more.
STEP_MINUTES = 15
WAITING = ("booked", "arrived")
# Late because of the patient themselves: they said so, or have not come yet.
THEIR_OWN = ("patient-late", "not-begun")


@dataclass(frozen=True, slots=True)
class WaitingPatient:
    """A patient to tell: their visit, and how late it is expected to begin."""

    appointment_id: UUID
    patient_id: UUID
    minutes: int


def to_tell(
    clinic_id: int, now: datetime, known: scheduling.DayProjection | None = None
) -> list[WaitingPatient]:
    """Return today's patients who are late by our doing by 15 minutes or more, have
    not been seen, and have not been told of about as much.

    `known` is today's projection, to spare making it again.
    """
    if known is None:
        zone = ZoneInfo(clinics.clinic(clinic_id).time_zone)
        known = scheduling.day_projection(clinic_id, now.astimezone(zone).date(), now)
    late = {
        one.visit_id: _rounded(one.expected.delay)
        for one in known.affected
        if not one.ends
        and one.expected.delay >= LEAST
        and one.cause.code not in THEIR_OWN
    }
    if not late:
        return []
    visits = scheduling.appointments(late)
    return [
        WaitingPatient(visit.pk, visit.patient_id, late[visit.pk])
        for visit in sorted(visits, key=lambda one: (one.start, one.pk))
        if visit.in_person
        and visit.status in WAITING
        and late[visit.pk] >= visit.delay_minutes + STEP_MINUTES
    ]


def _rounded(delay: timedelta) -> int:
    """Whole fives, down: "about 20 minutes" of 24."""
    return int(delay // timedelta(minutes=5)) * 5


@transaction.atomic
def tell(*, clinic_id: int, by: Actor, now: datetime) -> int | Refused:
    """Tell everybody of `to_tell`; how many are told.

    Refused where the clinic has not switched this on.
    """
    if not clinics.clinic(clinic_id).tells_delays:
        said = "This clinic does not tell patients of delays."
        lifts = "An administrator can switch it on, on the Clinic page."
        return Refused((Reason("switched-off", said, lifts),))
    waiting = to_tell(clinic_id, now)
    # Patients are locked in id order, whoever is told first.
    for one in sorted(waiting, key=lambda one: one.patient_id):
        patient_answers.note_delay(
            appointment_id=one.appointment_id, minutes=one.minutes, by=by, now=now
        )
    return len(waiting)
