"""After a visit was missed: real openings, one of which becomes the new visit.

Whatever a decision stands behind (a procedure) is only asked for: the coordinator
agrees on it by telephone.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponseRedirect
from django.urls import reverse

from clinics.web.views import PublicRequest, ViewResponse, public_page
from core.problems import Invalid
from core.refusal import Refused
from pages.patient.texts import TEXTS
from pages.patient.visitor import (
    Visitor,
    chosen_start,
    is_switch,
    language_of,
    moment,
    say,
    show_to,
    shut,
)
from pages.patient.visitor import visitor as who
from patients.services import tasks
from scheduling import selectors
from scheduling.booking import book, self_service
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.visit_types.variation import Variation

if TYPE_CHECKING:
    from scheduling.models import Appointment

CALL_WITHIN = timedelta(hours=4)


@public_page
def rebook(request: PublicRequest) -> ViewResponse:
    """The openings for the visit that was missed."""
    visitor = who(request, "rebook")
    if visitor is None:
        return shut(request)
    missed = selectors.appointment(UUID(visitor.subject_id), visitor.patient.clinic_id)
    assert missed is not None  # visits are cancelled, never deleted
    if missed.status != "noshow" or self_service.is_replaced(missed, request.now):
        return say(request, visitor, "rebook_over")
    if request.method == "POST" and not is_switch(request):
        return _choose(request, visitor, missed)
    return _offer(request, visitor, missed)


@public_page
def told(request: PublicRequest, answer: str) -> ViewResponse:
    """Say what came of the choice; loading it again books nothing."""
    visitor = who(request, "rebook")
    if visitor is None:
        return shut(request)
    name = "rebook_booked" if answer == "booked" else "rebook_asked"
    return say(request, visitor, name)


def _choose(
    request: PublicRequest, visitor: Visitor, missed: "Appointment"
) -> ViewResponse:
    start = chosen_start(request)
    if start is None:
        return _offer(request, visitor, missed, "rebook_missing", 422)
    if start not in {
        one.start for one in self_service.openings_after(missed, request.now)
    }:
        return _offer(request, visitor, missed, "rebook_gone", 409)
    if missed.visit_type.requires_decision:
        return _ask(request, visitor, missed, start)
    assert request.actor is not None
    try:
        made = book.book(
            clinic_id=missed.clinic_id,
            patient_id=missed.patient_id,
            visit_type=missed.visit_type.slug,
            start=start,
            subject=missed.subject,
            variation=Variation.from_data(missed.variation),
            by=request.actor,
            now=request.now,
        )
    except (SlotTaken, PatientBusy, Invalid):
        return _offer(request, visitor, missed, "rebook_gone", 409)
    if isinstance(made, Refused):
        return _ask(request, visitor, missed, start)
    return HttpResponseRedirect(reverse("v:rebook_told", args=["booked"]), status=303)


def _ask(
    request: PublicRequest, visitor: Visitor, missed: "Appointment", start: datetime
) -> ViewResponse:
    """The coordinator calls and agrees on the time that was asked for."""
    assert request.actor is not None
    zone = ZoneInfo(visitor.clinic.time_zone)
    tasks.open(
        clinic_id=missed.clinic_id,
        patient_id=missed.patient_id,
        kind="call_patient",
        text="The patient missed a visit and asks for a new time: "
        f"{moment(start, zone, 'en')}. Call and book it.",
        subject=f"appointment:{missed.pk}",
        owner_role="coordinator",
        due_at=request.now + CALL_WITHIN,
        by=request.actor,
        now=request.now,
    )
    return HttpResponseRedirect(reverse("v:rebook_told", args=["asked"]), status=303)


def _offer(
    request: PublicRequest,
    visitor: Visitor,
    missed: "Appointment",
    error: str = "",
    status: int = 200,
) -> ViewResponse:
    found = self_service.openings_after(missed, request.now)
    if not found:
        return say(request, visitor, "rebook_none", status)
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    words = TEXTS[language]
    is_asked = missed.visit_type.requires_decision
    context = {
        "text": words["rebook_ask" if is_asked else "rebook_text"],
        "button": words["rebook_wish" if is_asked else "rebook_choose"],
        "openings": [
            (one.start.isoformat(), moment(one.start, zone, language)) for one in found
        ],
        "error": words[error] if error else "",
        "error_page": bool(error),
    }
    return show_to(request, visitor, "rebook", context, status)
