"""After a visit was missed: real openings, one of which becomes the new visit.

Whatever a decision stands behind (a procedure) is only asked for: the coordinator
agrees on it by telephone.
"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from clinics.services.doors import Answer, PublicRequest, public_page
from core.problems import Invalid
from core.refusal import Refused
from pages.patient.texts_before import WORDS
from pages.patient.visitor import Visitor, is_switch, language_of, moment, show, shut
from pages.patient.visitor import visitor as who
from patients.services import tasks
from scheduling import selectors
from scheduling.domain.variation import Variation
from scheduling.services import booking
from scheduling.services.problems import PatientBusy, SlotTaken

if TYPE_CHECKING:
    from scheduling.domain.openings import Opening
    from scheduling.models import Appointment

SHOWN = 8
NOON = 12
WITHIN = timedelta(days=60)
# Nearer ones are for the telephone: somebody has to get there, and the team to know.
NOTICE = timedelta(hours=4)
CALL_WITHIN = timedelta(hours=4)


@public_page
def rebook(request: PublicRequest) -> Answer:
    """The openings for the visit that was missed."""
    visitor = who(request, "rebook")
    if visitor is None:
        return shut(request)
    missed = selectors.appointment(UUID(visitor.subject_id), visitor.patient.clinic_id)
    assert missed is not None  # visits are cancelled, never deleted
    if missed.status != "noshow" or _has_another(missed, request.now):
        return _say(request, visitor, "rebook_over")
    if request.method == "POST" and not is_switch(request):
        return _choose(request, visitor, missed)
    return _offer(request, visitor, missed)


@public_page
def told(request: PublicRequest, answer: str) -> Answer:
    """What came of the choice; loading it again books nothing."""
    visitor = who(request, "rebook")
    if visitor is None:
        return shut(request)
    name = "rebook_booked" if answer == "booked" else "rebook_asked"
    return _say(request, visitor, name)


def _choose(request: PublicRequest, visitor: Visitor, missed: "Appointment") -> Answer:
    start = _start(request.POST.get("start", ""))
    if start is None:
        return _offer(request, visitor, missed, "rebook_missing", 422)
    if start not in {one.start for one in _openings(missed, request.now)}:
        return _offer(request, visitor, missed, "rebook_gone", 409)
    if missed.visit_type.requires_decision:
        return _ask(request, visitor, missed, start)
    assert request.actor is not None
    try:
        made = booking.book(
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
) -> Answer:
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
) -> Answer:
    found = _openings(missed, request.now)
    if not found:
        return _say(request, visitor, "rebook_none", status)
    zone = ZoneInfo(visitor.clinic.time_zone)
    language = language_of(request, visitor.patient)
    words = WORDS[language]
    is_asked = missed.visit_type.requires_decision
    context = {
        "words": words,
        "text": words["rebook_ask" if is_asked else "rebook_text"],
        "button": words["rebook_wish" if is_asked else "rebook_choose"],
        "openings": [
            (one.start.isoformat(), moment(one.start, zone, language)) for one in found
        ],
        "error": words[error] if error else "",
        "error_page": bool(error),
    }
    return _show(request, visitor, "rebook", context, status)


def _openings(missed: "Appointment", now: datetime) -> "list[Opening]":
    """The next openings of such a visit, a few on each day."""
    zone = ZoneInfo(missed.clinic.time_zone)
    today = now.astimezone(zone).date()
    try:
        found = selectors.find_openings(
            clinic_id=missed.clinic_id,
            visit_type=missed.visit_type.slug,
            from_on=today,
            to_on=today + WITHIN,
            now=now,
            patient_id=missed.patient_id,
            variation=Variation.from_data(missed.variation),
            wishes=selectors.Wishes(step_minutes=60),
            limit=200,
        )
    except Invalid:
        return []  # the type was retired meanwhile
    # The first of each morning and of each afternoon: not one day's hours only.
    chosen: dict[tuple[date, bool], Opening] = {}
    for opening in found:
        if opening.start < now + NOTICE:
            continue
        local = opening.start.astimezone(zone)
        chosen.setdefault((local.date(), local.hour < NOON), opening)
    return list(chosen.values())[:SHOWN]


def _has_another(missed: "Appointment", now: datetime) -> bool:
    ahead = selectors.appointments_of(missed.patient_id).filter(
        status="booked",
        during__startswith__gt=now,
        visit_type__slug=missed.visit_type.slug,
    )
    return ahead.exists()


def _start(given: str) -> datetime | None:
    try:
        start = datetime.fromisoformat(given)
    except ValueError:
        return None
    return start if start.tzinfo is not None else None


def _show(
    request: PublicRequest,
    visitor: Visitor,
    template: str,
    context: dict[str, Any],
    status: int,
) -> HttpResponse:
    return show(
        request,
        template,
        context,
        clinic=visitor.clinic,
        patient=visitor.patient,
        status=status,
    )


def _say(
    request: PublicRequest, visitor: Visitor, name: str, status: int = 200
) -> HttpResponse:
    words = WORDS[language_of(request, visitor.patient)]
    context = {"title": words[f"{name}_title"], "text": words[f"{name}_text"]}
    return _show(request, visitor, "notice", context, status)
