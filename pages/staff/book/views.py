"""Book an opening, keep it aside for a while, let it go."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import FieldError, Invalid, NotFound
from core.refusal import Refused
from pages.kit.words import BOOKED, distance, moment
from pages.staff.book import taken
from patients import selectors as patients
from scheduling import selectors
from scheduling.booking import book as booking
from scheduling.booking import holds
from scheduling.booking.errors import InvalidStart, PatientBusy, SlotTaken
from scheduling.visit_types.variation import Variation


@page(action="appointment.book")
@require_POST
def book(request: StaffRequest) -> ViewResponse:
    asked = _asked(request)
    request.record_access(asked["patient_id"])
    hold_id, said = _hold_id(request.POST.get("hold", "")), _said(request.POST)
    try:
        booked = booking.book(**asked, hold_id=hold_id, said=said, **_who(request))
    except (SlotTaken, PatientBusy) as problem:
        return taken.page(request, problem, _wanted(request))
    except InvalidStart as problem:
        return taken.choose(request, problem, _wanted(request), "staff:book")
    if isinstance(booked, Refused):
        return booked
    messages.success(request, BOOKED)
    return redirect("staff:appointment", booked.pk)


@page(action="hold.write")
@require_POST
def hold_new(request: StaffRequest) -> ViewResponse:
    asked = _asked(request)
    request.record_access(asked["patient_id"])
    try:
        held = holds.hold(**asked, **_who(request))
    except (SlotTaken, PatientBusy) as problem:
        return taken.page(request, problem, _wanted(request))
    except InvalidStart as problem:
        return taken.choose(request, problem, _wanted(request), "staff:hold_new")
    if isinstance(held, Refused):
        return held
    return redirect("staff:hold", held.pk)


@page(action="appointment.read")
def hold(request: StaffRequest, hold_id: UUID) -> ViewResponse:
    found = selectors.hold(hold_id, request.clinic.pk)
    if found is None:
        raise NotFound("There is no such hold at this clinic.")
    patient = patients.patient(found.patient_id) if found.patient_id else None
    request.record_access(*([patient.pk] if patient else []))
    standing = found.ended_at is None and found.expires_at > request.now
    zone = ZoneInfo(request.clinic.time_zone)
    find = reverse("staff:find")
    query = {"patient": found.patient_id or "", "visit_type": found.visit_type.slug}
    context = {
        "hold": found,
        "visit_type": found.visit_type.name,
        "patient": patient,
        "patient_address": reverse("staff:patient", args=[patient.pk])
        if patient
        else "",
        "today": request.now.astimezone(zone).date(),
        "standing": standing,
        "ended_text": _ended(found.ended_as),
        "left": distance(found.expires_at - request.now),
        "varied": _varied_words(found.variation),
        "extend_address": reverse("staff:hold_extend", args=[found.pk]),
        "find_address": f"{find}?{urlencode(query)}",
        "release_address": reverse("staff:hold_release", args=[found.pk]),
    }
    return TemplateResponse(request, "pages/staff/book/hold.html", context)


@page(action="hold.write")
@require_POST
def hold_extend(request: StaffRequest, hold_id: UUID) -> ViewResponse:
    held = holds.extend(hold_id=hold_id, clinic_id=request.clinic.pk, **_by(request))
    if isinstance(held, Refused):
        return held
    zone = ZoneInfo(request.clinic.time_zone)
    until = moment(held.expires_at, zone, request.now)
    messages.success(request, f"Kept aside until {until}.")
    return redirect("staff:hold", held.pk)


@page(action="hold.write")
@require_POST
def hold_release(request: StaffRequest, hold_id: UUID) -> HttpResponse:
    held = holds.release(hold_id=hold_id, clinic_id=request.clinic.pk, **_by(request))
    messages.success(request, "The opening is free again.")
    address = reverse("staff:find")
    return redirect(
        f"{address}?patient={held.patient_id}" if held.patient_id else address
    )


def _ended(way: str) -> str:
    return {
        "booked": "It was booked.",
        "released": "It was let go.",
    }.get(way, "Its time is over, so others may book it.")


def _asked(request: StaffRequest) -> dict[str, Any]:
    """The hidden fields of an opening, as booking and holding take them."""
    post = request.POST
    clinician = post.get("clinician", "")
    try:
        return {
            "patient_id": UUID(post.get("patient", "")),
            "visit_type": post.get("visit_type", ""),
            "start": datetime.fromisoformat(post.get("start", "")),
            "clinician": int(clinician) if clinician else None,
            "prefer": _ids(post.get("prefer", "")),
            "avoiding": _ids(post.get("without", "")),
            "shown": _ids(post.get("shown", "")),
            "subject": post.get("subject", ""),
            "variation": _variation(post),
        }
    except ValueError:
        fault = "Choose a patient and an opening first."
        raise Invalid([FieldError("/start", fault)]) from None


def _said(post: QueryDict) -> dict[str, Any]:
    """Fields of the form beside a hold; `_asked` has read these already."""
    sent = {
        "visit_type": post.get("visit_type"),
        "clinician": int(post.get("clinician") or 0),
        "not_clinicians": _ids(post.get("without", "")),
        "targets": int(post.get("targets") or 0),
        "sedation": post.get("sedation"),
        "image_guided_harvest": bool(post.get("image_guided_harvest")),
    }
    return {name: value for name, value in sent.items() if value}


def _hold_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound("There is no such hold for this patient.") from None


def _ids(text: str) -> frozenset[int]:
    """Ids of resources such as "12,15". Raises ValueError."""
    return frozenset(int(word) for word in text.split(",") if word)


def _variation(post: QueryDict) -> Variation:
    """The visit's variation of its type. Raises ValueError."""
    return Variation(
        targets=int(post.get("targets") or 1),
        sedation=post.get("sedation", ""),
        image_guided_harvest=bool(post.get("image_guided_harvest")),
    )


def _varied_words(stored: Mapping[str, Any]) -> str:
    """Differences from the type in words: "2 targets, oral sedation"."""
    varied = Variation.from_data(stored)
    said = [
        f"{varied.targets} targets" if varied.targets > 1 else "",
        f"sedation: {varied.sedation}" if varied.sedation else "",
        "image-guided harvest" if varied.image_guided_harvest else "",
    ]
    return ", ".join(filter(None, said))


def _by(request: StaffRequest) -> dict[str, Any]:
    return {"by": request.actor, "now": request.now}


def _who(request: StaffRequest) -> dict[str, Any]:
    return {"clinic_id": request.clinic.pk, **_by(request)}


def _wanted(request: StaffRequest) -> taken.WantedBooking:
    post = request.POST
    return taken.WantedBooking(
        patient_id=post.get("patient", ""),
        visit_type=post.get("visit_type", ""),
        clinician=post.get("clinician", ""),
        prefer=post.get("prefer", ""),
        without=post.get("without", ""),
        subject=post.get("subject", ""),
        targets=post.get("targets", ""),
        sedation=post.get("sedation", ""),
        image_guided_harvest=post.get("image_guided_harvest", ""),
        hold=post.get("hold", ""),
    )
