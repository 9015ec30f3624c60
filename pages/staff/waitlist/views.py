"""The waiting list: who waits, what became free, and what was offered to whom."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid, Problem
from core.refusal import Refused
from pages.kit import history
from pages.kit.forms import show
from pages.kit.words import BOOKED
from pages.staff.waitlist import rows as waitlist_view
from pages.staff.waitlist.forms import EntryForm
from patients import selectors as patients
from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.waitlist import acceptance, entries, freed_openings
from scheduling.waitlist import selectors as reading
from scheduling.waitlist.acceptance import OfferGone
from scheduling.waitlist.entries import WaitsAlready

LOG_ROWS = 30
USUAL_DAYS = timedelta(days=90)


@page(action="waitlist.read")
def waitlist_page(request: StaffRequest) -> ViewResponse:
    """Free openings, who waits, and the log of offers; polled every ten seconds."""
    state = _state(request)
    seen = hashlib.sha256(repr(state).encode()).hexdigest()[:16]
    if request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {**state, "seen": seen, "may_write": _may_write(request)}
    is_poll = bool(request.headers.get("HX-Request"))
    template = "waitlist_state.html" if is_poll else "waitlist.html"
    return TemplateResponse(request, f"pages/staff/waitlist/{template}", context)


def _state(request: StaffRequest) -> dict[str, Any]:
    clinic_id, now = request.clinic.pk, request.now
    names = waitlist_view.clinicians(clinic_id)
    waiting = list(reading.entries(clinic_id))
    freed = freed_openings.standing(clinic_id, now)
    offers = list(reading.offers(clinic_id)[:LOG_ROWS])
    shown = {row.patient_id for row in waiting} | {o.entry.patient_id for o in offers}
    request.record_access(*sorted(shown), deliberate=False)
    return {
        "waiting": [waitlist_view.waiting_row(row, names, now) for row in waiting],
        "freed": [waitlist_view.standing_row(row, now) for row in freed],
        "offers": [waitlist_view.offer_row(offer, now) for offer in offers],
    }


@page(action="waitlist.read")
def entry(request: StaffRequest, entry_id: UUID) -> ViewResponse:
    found = reading.entry(entry_id, request.clinic.pk)
    request.record_access(found.patient_id)
    now = request.now
    offers = reading.offers(request.clinic.pk, entry=found.pk)
    own = reading.visit_to_move(found)
    context = {
        "entry": found,
        "patient": found.patient,
        "patient_address": reverse("staff:patient", args=[found.patient_id]),
        "today": now.astimezone(ZoneInfo(request.clinic.time_zone)).date(),
        "visit_type": found.visit_type.name,
        "own_start": own.start if own else None,
        "own_address": reverse("staff:appointment", args=[own.pk]) if own else "",
        "wishes": waitlist_view.wishes(
            found, waitlist_view.clinicians(request.clinic.pk)
        ),
        "notice": waitlist_view.notice(found),
        "offers": [waitlist_view.offer_row(offer, now) for offer in offers],
        "history": history.timeline(f"waitlist:{found.pk}"),
        "may_write": _may_write(request) and found.closed_at is None,
        "may_answer": may(request.membership.role, "offer.accept").allowed,
    }
    return TemplateResponse(
        request, "pages/staff/waitlist/waitlist_entry.html", context
    )


@page(action="waitlist.write")
def entry_new(request: StaffRequest) -> ViewResponse:
    """`?patient=` names who waits; other fields may be filled in by the link."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        patient_id = UUID(given.get("patient", ""))
    except ValueError:
        return redirect("staff:patients")
    patient = patients.patient(patient_id, request.clinic.pk)
    request.record_access(patient.pk)
    zone = ZoneInfo(request.clinic.time_zone)
    today = request.now.astimezone(zone).date()
    form = EntryForm(
        request.POST if request.method == "POST" else None,
        initial={
            "notice_hours": 24,
            "valid_from": today,
            "valid_to": today + USUAL_DAYS,
            **request.GET.dict(),
            "weekdays": request.GET.getlist("weekdays"),
        },
        patient=patient,
        zone=zone,
    )
    if form.is_valid() and _add(request, patient.pk, form):
        messages.success(request, "On the waiting list now.")
        return redirect("staff:waitlist")
    context = {
        "form": form,
        "patient": patient,
        "patient_address": reverse("staff:patient", args=[patient.pk]),
        "today": today,
    }
    return show(request, "pages/staff/waitlist/waitlist_new.html", context, form)


FIELDS = {
    "wishes": "earliest",
    "minimum_notice_hours": "notice_hours",
}


def _add(request: StaffRequest, patient_id: UUID, form: EntryForm) -> bool:
    try:
        entries.add(
            clinic_id=request.clinic.pk,
            patient_id=patient_id,
            **form.asked(),
            by=request.actor,
            now=request.now,
        )
    except WaitsAlready as problem:
        form.add_error("waits_for", f"{problem.title}. {problem.detail}")
    except Invalid as problem:
        for error in problem.errors:
            name = error.pointer.strip("/")
            name = FIELDS.get(name, name)
            form.add_error(name if name in form.fields else None, error.detail)
    else:
        return True
    return False


@page(action="waitlist.write")
@require_POST
def withdraw(request: StaffRequest, entry_id: UUID) -> HttpResponse:
    closed = entries.withdraw(
        entry_id=entry_id,
        clinic_id=request.clinic.pk,
        reason=request.POST.get("reason", "")[:300],
        by=request.actor,
        now=request.now,
    )
    request.record_access(closed.patient_id)
    messages.success(request, "The patient waits no longer.")
    return redirect("staff:waitlist_entry", entry_id)


@page(action="offer.accept")
@require_POST
def accept(request: StaffRequest, offer_id: UUID) -> ViewResponse:
    """The patient said yes on the telephone."""
    found = reading.offer(offer_id, request.clinic.pk)
    request.record_access(found.entry.patient_id)
    try:
        booked = acceptance.accept(
            offer_id=offer_id,
            clinic_id=request.clinic.pk,
            by=request.actor,
            now=request.now,
        )
    except (OfferGone, PatientBusy, SlotTaken) as problem:
        return _not_done(request, found.entry_id, problem)
    if isinstance(booked, Refused):
        return booked
    messages.success(request, BOOKED)
    return redirect("staff:appointment", booked.pk)


@page(action="offer.decline")
@require_POST
def decline(request: StaffRequest, offer_id: UUID) -> HttpResponse:
    """The patient said no on the telephone."""
    found = reading.offer(offer_id, request.clinic.pk)
    request.record_access(found.entry.patient_id)
    try:
        acceptance.decline(
            offer_id=offer_id,
            clinic_id=request.clinic.pk,
            by=request.actor,
            now=request.now,
        )
    except OfferGone as problem:
        return _not_done(request, found.entry_id, problem)
    messages.success(request, "Noted: the patient goes on waiting.")
    return redirect("staff:waitlist_entry", found.entry_id)


def _not_done(request: StaffRequest, entry_id: UUID, problem: Problem) -> HttpResponse:
    messages.error(request, f"{problem.title}. {problem.detail}")
    return redirect("staff:waitlist_entry", entry_id)


def _may_write(request: StaffRequest) -> bool:
    return may(request.membership.role, "waitlist.write").allowed
