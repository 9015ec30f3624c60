"""The opening was taken meanwhile: say so, and offer the next ones at one press."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.web.views import StaffRequest
from pages.kit import phases, start_choices
from pages.staff.find.reasons import in_the_way
from patients import selectors as patients
from scheduling.booking.errors import InvalidStart, PatientBusy, SlotTaken

if TYPE_CHECKING:
    from scheduling.models import Appointment


@dataclass(frozen=True, slots=True)
class WantedBooking:
    """The wanted booking, so that an alternative can be asked for likewise.

    A `hold` is asked for again only at its own start.
    """

    patient_id: str
    visit_type: str
    clinician: str = ""
    prefer: str = ""
    without: str = ""
    subject: str = ""
    targets: str = ""
    sedation: str = ""
    image_guided_harvest: str = ""
    hold: str = ""
    moving: "Appointment | None" = None

    @property
    def ask(self) -> dict[str, str]:
        """The fields that go with a start, as forms send them."""
        return {
            "visit_type": self.visit_type,
            "clinician": self.clinician,
            "prefer": self.prefer,
            "without": self.without,
            "subject": self.subject,
            "targets": self.targets,
            "sedation": self.sedation,
            "image_guided_harvest": self.image_guided_harvest,
        }


def to_move(visit: "Appointment") -> WantedBooking:
    return WantedBooking(
        patient_id=str(visit.patient_id),
        visit_type=visit.visit_type.slug,
        clinician=str(visit.clinician_id or ""),
        subject=visit.subject,
        moving=visit,
    )


def to_book_again(visit: "Appointment") -> WantedBooking:
    """The same visit as another one, as its time went to somebody else."""
    return replace(to_move(visit), moving=None)


def page(
    request: StaffRequest, problem: SlotTaken | PatientBusy, wanted: WantedBooking
) -> HttpResponse:
    """The 409: nothing was booked."""
    taken = problem if isinstance(problem, SlotTaken) else None
    found = taken.alternatives if taken else ()
    why = taken.why if taken else None
    zone = ZoneInfo(request.clinic.time_zone)
    context = {
        **_around(request, wanted),
        "title": problem.title,
        "text": taken.remedy if taken else problem.detail,
        "lines": in_the_way(why, zone, request.now),
        "openings": [phases.of_opening(opening, wanted.ask) for opening in found],
        "ask": wanted.ask,
        "moving": wanted.moving,
    }
    return TemplateResponse(request, "pages/staff/book/taken.html", context, status=409)


def choose(
    request: StaffRequest, problem: InvalidStart, wanted: WantedBooking, address: str
) -> HttpResponse:
    """The start cannot be meant; those that can are asked for at one press."""
    zone = ZoneInfo(request.clinic.time_zone)
    fields = {"patient": wanted.patient_id, "hold": wanted.hold, **wanted.ask}
    context = {
        **_around(request, wanted),
        "text": " ".join(error.detail for error in problem.errors),
        "choices": start_choices.of(problem, zone),
        "fields": {name: value for name, value in fields.items() if value},
        "address": reverse(address),
        "does": "Hold" if address == "staff:hold_new" else "Book",
    }
    template = "pages/staff/choose_start.html"
    return TemplateResponse(request, template, context, status=422)


def _around(request: StaffRequest, wanted: WantedBooking) -> dict[str, Any]:
    """The patient it is about, and the way back to the search."""
    patient = (
        patients.patient(wanted.patient_id, request.clinic.pk)  # type: ignore[arg-type]
        if wanted.patient_id
        else None
    )
    query = {"patient": wanted.patient_id, **wanted.ask}
    zone = ZoneInfo(request.clinic.time_zone)
    given = {name: value for name, value in query.items() if value}
    return {
        "patient": patient,
        "patient_address": reverse("staff:patient", args=[patient.pk])
        if patient
        else "",
        "today": request.now.astimezone(zone).date(),
        "find_address": f"{reverse('staff:find')}?{urlencode(given)}",
    }
