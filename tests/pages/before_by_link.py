"""Patients on their way to a visit, who follow the link of a message."""

from datetime import timedelta

from django.test import Client

from core import clock
from patients.models import PatientLink
from patients.services import consents
from procedures.models import Episode
from scheduling.booking import book
from scheduling.models import Appointment
from tests.factories import procedures as make
from tests.factories.procedures import Site
from tests.pages.by_link import Holder

BOOKED = make.at("2026-09-02", "10:00")
START = make.at("2026-09-29", "09:00")
HALF_AN_HOUR = timedelta(minutes=30)


def texted(place: Site, path: Episode, visit_type: str) -> Appointment:
    """The patient's visit, its messages planned; the clock stands at the booking."""
    clock.set_to(BOOKED)
    consents.grant(
        patient_id=path.patient_id,
        channel="sms",
        by=place.actor("coordinator"),
        now=BOOKED,
    )
    visit = make.book(place, path, START, visit_type, now=BOOKED)
    assert isinstance(visit, Appointment), visit
    return visit


def holder(path: Episode, purpose: str, visit: Appointment) -> Holder:
    """Whoever holds the visit's link of that purpose; not let in yet."""
    link = PatientLink.objects.get(
        purpose=purpose, subject=f"appointment:{visit.pk}", revoked_at=None
    )
    return Holder(path.patient, link, Client())


def texted_by_link(purpose: str, visit_type: str) -> Holder:
    """Somebody at a new clinic with such a visit, and a link of that purpose."""
    place = make.open_site()
    is_first = visit_type == "consultation"
    path = make.episode(place) if is_first else make.approved(place)
    return holder(path, purpose, texted(place, path, visit_type))


def missed(place: Site, path: Episode, visit_type: str) -> tuple[Appointment, Holder]:
    """A visit the patient did not come to, half an hour after its start."""
    visit = texted(place, path, visit_type)
    at = START + HALF_AN_HOUR
    clock.set_to(at)
    outcome = book.no_show(
        appointment_id=visit.pk, by=place.actor("coordinator"), now=at
    )
    assert isinstance(outcome, Appointment), outcome
    return visit, holder(path, "rebook", visit)


def missed_by_link() -> Holder:
    """Somebody at a new clinic who missed a consultation."""
    place = make.open_site()
    return missed(place, make.episode(place), "consultation")[1]
