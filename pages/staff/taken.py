"""The opening was taken meanwhile: say so, and offer the next ones at one press."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.services.doors import StaffRequest
from pages import phases
from patients import selectors as patients
from scheduling.services.problems import PatientBusy, SlotTaken

if TYPE_CHECKING:
    from scheduling.models import Appointment


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, so that an alternative can be asked for likewise."""

    patient_id: str
    visit_type: str
    clinician: str = ""
    subject: str = ""
    moving: "Appointment | None" = None


def to_move(visit: "Appointment") -> Wanted:
    return Wanted(
        patient_id=str(visit.patient_id),
        visit_type=visit.visit_type.slug,
        clinician=str(visit.clinician_id or ""),
        subject=visit.subject,
        moving=visit,
    )


def page(
    request: StaffRequest, problem: SlotTaken | PatientBusy, wanted: Wanted
) -> HttpResponse:
    """The 409: nothing was booked."""
    clinic_id = request.clinic.pk
    patient = (
        patients.patient(wanted.patient_id, clinic_id)  # type: ignore[arg-type]
        if wanted.patient_id
        else None
    )
    found = problem.alternatives if isinstance(problem, SlotTaken) else ()
    ask = {
        "visit_type": wanted.visit_type,
        "clinician": wanted.clinician,
        "subject": wanted.subject,
    }
    query = {"patient": wanted.patient_id, **ask}
    given = {name: value for name, value in query.items() if value}
    context = {
        "patient": patient,
        "patient_address": reverse("staff:patient", args=[patient.pk])
        if patient
        else "",
        "today": request.now.date(),
        "title": problem.title,
        "text": problem.detail,
        "openings": [phases.of_opening(opening, ask) for opening in found],
        "ask": ask,
        "moving": wanted.moving,
        "find_address": f"{reverse('staff:find')}?{urlencode(given)}",
    }
    return TemplateResponse(request, "pages/staff/taken.html", context, status=409)
