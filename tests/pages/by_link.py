"""A patient who follows a link: `visit_by_link()`, `check_in_by_link()`."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from clinics.models import Clinic
from core import clock
from patients.models import Patient, PatientLink
from patients.services import links
from procedures.models import FollowUp
from scheduling.models import Appointment
from tests.factories import procedures as make
from tests.factories import scheduling
from tests.factories.patients import BORN
from tests.factories.procedure_day import Day
from tests.factories.scheduling import NINE

VISIT = "/v/visit/"
CHECK_IN = "/v/check-in/"
# Half an hour before the day's first visit, two days before the visit of the link.
BEFORE = NINE - timedelta(minutes=30)
FRIDAY_NINE = NINE + timedelta(days=2)
D3 = make.at("2026-09-18", "10:00")
TIME_TO_BOOK = make.at("2026-10-13", "10:05")
CALM: tuple[str | list[str], ...] = (
    *("4", "36.8", "mild", "yes", []),
    "reached",
)


@dataclass
class Holder:
    """Somebody with a link, and the browser they open it in."""

    patient: Patient
    link: PatientLink
    browser: Client

    @property
    def address(self) -> str:
        return f"/v/{links.token(self.link)}/"

    @property
    def clinic(self) -> Clinic:
        return self.patient.clinic

    def prove(self, born: date | None = None, **fields: str) -> HttpResponse:
        told = born or self.patient.birth_date
        typed = {
            "birth_month": str(told.month),
            "birth_day": str(told.day),
            "birth_year": str(told.year),
        }
        return self.browser.post(self.address, typed | fields)  # type: ignore[return-value]

    def page(self, address: str, **headers: str) -> str:
        response = self.browser.get(address, headers=headers)
        assert response.status_code == 200, response.status_code
        return response.content.decode()

    def answer(self, number: int, value: str | list[str], query: str = "") -> Any:
        return self.browser.post(f"{CHECK_IN}{number}/{query}", {"answer": value})

    def answer_all(self, answers: tuple[str | list[str], ...] = CALM) -> None:
        for number, value in enumerate(answers, 1):
            assert self.answer(number, value).status_code == 303


def _issue(patient: Patient, purpose: str, subject: str, now: datetime, **more: Any):
    return links.issue(
        patient=patient,
        purpose=purpose,
        subject=subject,
        expires_at=now + timedelta(days=5),
        now=now,
        **more,
    )


def visit_by_link(**fields: Any) -> tuple[Holder, Appointment]:
    """A consultation on Friday at nine; the clock stands on Wednesday, 8:30."""
    clock.set_to(BEFORE)
    place = scheduling.practice(name="Bayou Joint Clinic", address="1 Example Street")
    patient = place.patient(
        **{"given_name": "Ana", "family_name": "Torres", "birth_date": BORN, **fields}
    )
    booked = scheduling.appointment(place, patient=patient, start=FRIDAY_NINE)
    link = _issue(
        patient,
        "confirm",
        f"appointment:{booked.pk}",
        BEFORE,
        revision=booked.revision,
    )
    return Holder(patient, link, Client()), booked


def book_by_link(code: str = "W6") -> tuple[Holder, FollowUp]:
    """Two weeks before week 6, which nobody has booked."""
    day = Day.ready().until("discharged")
    clock.set_to(TIME_TO_BOOK)
    contact = FollowUp.objects.get(episode=day.episode, code=code)
    patient = day.episode.patient
    link = _issue(patient, "book", f"follow_up:{contact.pk}", TIME_TO_BOOK)
    return Holder(patient, link, Client()), contact


def check_in_by_link(code: str = "D3") -> tuple[Holder, FollowUp]:
    """Three days after an injection; the clock stands on the day of the check-in."""
    day = Day.ready().until("discharged")
    clock.set_to(D3)
    contact = FollowUp.objects.get(episode=day.episode, code=code)
    patient = day.episode.patient
    link = _issue(patient, "check_in", f"follow_up:{contact.pk}", D3)
    return Holder(patient, link, Client()), contact
