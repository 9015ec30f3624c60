"""The visit a link names: when, where, and the patient's answer."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponseRedirect
from django.urls import reverse

from clinics.services.doors import Answer, PublicRequest, public_page
from core.refusal import Refused
from pages.patient.before import links_before
from pages.patient.visitor import (
    Visitor,
    language_of,
    length,
    moment,
    notice,
    show,
    shut,
)
from pages.patient.visitor import visitor as who
from patients.services import tasks
from scheduling import selectors
from scheduling.selectors.moves import is_at_time_of
from scheduling.services import booking

if TYPE_CHECKING:
    from scheduling.models import Appointment

CALL_WITHIN = timedelta(hours=4)
WISHES = {
    "other": "The patient needs another time: call and move the visit.",
    "no": "The patient cannot come: call, then move or cancel the visit.",
}


@public_page
def visit(request: PublicRequest) -> Answer:
    visitor = who(request, "confirm")
    if visitor is None:
        return shut(request)
    appointment = _appointment(visitor)
    if not is_at_time_of(appointment, visitor.link.revision):
        return _say(request, visitor, "moved")
    if appointment.status != "booked":
        return _say(request, visitor, "over")
    if request.method == "POST":
        return _answer(request, visitor, appointment)
    return show(
        request,
        "visit",
        _facts(request, visitor, appointment),
        clinic=visitor.clinic,
        patient=visitor.patient,
    )


@public_page
def told(request: PublicRequest, answer: str) -> Answer:
    """What follows from the answer; loading it again changes nothing."""
    visitor = who(request, "confirm")
    if visitor is None:
        return shut(request)
    return _say(request, visitor, "confirmed" if answer == "yes" else "asked")


def _appointment(visitor: Visitor) -> "Appointment":
    clinic_id = visitor.patient.clinic_id
    found = selectors.appointment(UUID(visitor.subject_id), clinic_id)
    assert found is not None  # visits are cancelled, never deleted
    return found


def _facts(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment"
) -> dict[str, Any]:
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    minutes = round((appointment.end - appointment.start).total_seconds() / 60)
    return {
        "when": moment(appointment.start, zone, language),
        "length": length(minutes, language),
        "confirmed": appointment.confirmed_at is not None,
        "before": links_before(visitor, request),
    }


def _answer(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment"
) -> Answer:
    answer = request.POST.get("answer", "")
    assert request.actor is not None
    if answer == "yes" and appointment.confirmed_at is None:
        outcome = booking.confirm(
            appointment_id=appointment.pk, by=request.actor, now=request.now
        )
        if isinstance(outcome, Refused):
            return _say(request, visitor, "over", status=409)
    elif answer in WISHES:
        _ask_for_call(request, visitor, appointment, WISHES[answer])
    elif answer != "yes":
        return HttpResponseRedirect(reverse("v:visit"), status=303)
    return HttpResponseRedirect(reverse("v:told", args=[answer]), status=303)


def _ask_for_call(
    request: PublicRequest, visitor: Visitor, appointment: "Appointment", text: str
) -> None:
    assert request.actor is not None
    tasks.open(
        clinic_id=visitor.patient.clinic_id,
        patient_id=visitor.patient.pk,
        kind="call_patient",
        text=text,
        subject=f"appointment:{appointment.pk}",
        owner_role="coordinator",
        due_at=request.now + CALL_WITHIN,
        by=request.actor,
        now=request.now,
    )


def _say(
    request: PublicRequest, visitor: Visitor, name: str, status: int = 200
) -> Answer:
    return notice(
        request, name, clinic=visitor.clinic, patient=visitor.patient, status=status
    )
