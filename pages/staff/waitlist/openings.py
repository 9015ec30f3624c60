"""One free opening: whom it suits in fair order, why not others, and offering it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
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
from pages.kit.forms import show
from pages.kit.words import clock_time, short_day
from pages.staff.waitlist import rows as waitlist_view
from pages.staff.waitlist.forms import OfferForm
from scheduling.waitlist import freed_openings, matching, offers
from scheduling.waitlist import selectors as reading

if TYPE_CHECKING:
    from scheduling.models import FreedOpening, Hold


@page(action="waitlist.read")
def opening(request: StaffRequest, freed_id: UUID) -> ViewResponse:
    freed = reading.freed_opening(freed_id, request.clinic.pk)
    if request.headers.get("HX-Request"):
        context = _offers(request, freed)
        return TemplateResponse(
            request, "pages/staff/waitlist/waitlist_offers.html", context
        )
    form = OfferForm(initial={"minutes": request.clinic.offer_valid_minutes})
    return _page(request, freed, form)


@page(action="waitlist.write")
@require_POST
def offer(request: StaffRequest, freed_id: UUID) -> ViewResponse:
    freed = reading.freed_opening(freed_id, request.clinic.pk)
    form = OfferForm(request.POST)
    chosen = _chosen(request)
    if not chosen:
        form.add_error(None, "Tick at least one patient.")
    if form.is_valid():
        made = _make(request, freed, chosen, form)
        if isinstance(made, Refused):
            return made
        if made is not None:
            return _made(request, freed, made)
    return _page(request, freed, form)


@page(action="waitlist.write")
@require_POST
def dismiss(request: StaffRequest, freed_id: UUID) -> HttpResponse:
    freed = freed_openings.dismiss(
        freed_id=freed_id,
        clinic_id=request.clinic.pk,
        by=request.actor,
        now=request.now,
    )
    request.record_access(freed.appointment.patient_id)
    messages.success(request, "This opening is not offered; others may book it.")
    return redirect("staff:waitlist")


@page(action="waitlist.write")
@require_POST
def take_back(request: StaffRequest, hold_id: UUID) -> HttpResponse:
    offers.withdraw_batch(
        hold_id=hold_id, clinic_id=request.clinic.pk, by=request.actor, now=request.now
    )
    rows = reading.offers(request.clinic.pk, hold=hold_id)
    request.record_access(*sorted(offer.entry.patient_id for offer in rows))
    messages.success(
        request,
        "Taken back. Those who had heard of it are told soon, or in the morning.",
    )
    freed_id = next((row.freed_id for row in rows if row.freed_id), None)
    if freed_id is None:
        return redirect("staff:waitlist")
    return redirect("staff:waitlist_opening", freed_id)


def _chosen(request: StaffRequest) -> list[UUID]:
    try:
        return [UUID(value) for value in request.POST.getlist("entry")]
    except ValueError:
        return []


def _make(
    request: StaffRequest, freed: "FreedOpening", chosen: list[UUID], form: OfferForm
) -> "Hold | Refused | None":
    """The batch, or None with what is wrong on the form."""
    try:
        return offers.offer(
            clinic_id=request.clinic.pk,
            freed_id=freed.pk,
            entries=chosen,
            lasts=timedelta(minutes=form.cleaned_data["minutes"]),
            by=request.actor,
            now=request.now,
        )
    except Invalid as problem:
        form.take(problem)
    except Problem as problem:
        form.add_error(None, f"{problem.title}. {problem.detail}")
    return None


def _made(request: StaffRequest, freed: "FreedOpening", held: "Hold") -> HttpResponse:
    made = list(reading.offers(request.clinic.pk, hold=held.pk))
    request.record_access(*sorted(offer.entry.patient_id for offer in made))
    told = offers.messages_leave((o.entry.patient for o in made), request.now)
    until = _until(held.expires_at, told, request)
    who = "1 patient" if len(made) == 1 else f"{len(made)} patients"
    messages.success(request, f"Offered to {who} {until}.")
    return redirect("staff:waitlist_opening", freed.pk)


def _until(expires_at: datetime, told: datetime, request: StaffRequest) -> str:
    zone = ZoneInfo(request.clinic.time_zone)
    day = short_day(expires_at.astimezone(zone).date())
    until = f"until {day}, {clock_time(expires_at, zone)}"
    if told <= request.now:
        return until
    return f"(messages leave at {clock_time(told, zone)}; answers {until})"


def _page(
    request: StaffRequest, freed: "FreedOpening", form: OfferForm
) -> ViewResponse:
    waits = freed.handled_at is None
    there = waits and freed_openings.is_there(freed, request.now)
    opening = waitlist_view.freed_row(freed, request.now)
    offered = there and not opening["undo_until"]
    context = {
        "form": form,
        "opening": opening,
        "soon": waitlist_view.soon(freed.during.lower, request.now),
        "there": there,
        "held": waits and not there and freed_openings.is_held(freed, request.now),
        "handled": freed.handled_as,
        "may_write": may(request.membership.role, "waitlist.write").allowed,
        "offer_address": reverse("staff:waitlist_offer", args=[freed.pk]),
        "dismiss_address": reverse("staff:waitlist_dismiss", args=[freed.pk]),
        "poll_address": reverse("staff:waitlist_opening", args=[freed.pk]),
        **_offers(request, freed),
        **(_matches(request, freed) if offered else {}),
    }
    return show(request, "pages/staff/waitlist/waitlist_opening.html", context, form)


def _matches(request: StaffRequest, freed: "FreedOpening") -> dict[str, Any]:
    found = matching.matches(freed=freed, now=request.now)
    everybody = (*found.fitting, *found.others)
    request.record_access(
        *sorted(m.entry.patient_id for m in everybody), deliberate=False
    )
    rows = waitlist_view.match_rows(
        found,
        waitlist_view.clinicians(request.clinic.pk),
        request.now,
        request.clinic.offer_batch_size,
    )
    if request.method == "POST":
        ticked = request.POST.getlist("entry")
        rows = [{**row, "ticked": str(row["pk"]) in ticked} for row in rows]
    return {
        "fitting": rows,
        "others": waitlist_view.other_rows(found, request.now),
        "why_nobody": found.why_nobody,
        "batch_size": request.clinic.offer_batch_size,
    }


def _offers(request: StaffRequest, freed: "FreedOpening") -> dict[str, Any]:
    rows = list(reading.offers(request.clinic.pk, freed=freed.pk))
    request.record_access(
        *sorted(row.entry.patient_id for row in rows), deliberate=False
    )
    standing = next(
        (row.hold_id for row in rows if reading.is_open(row, request.now)), None
    )
    back = reverse("staff:waitlist_take_back", args=[standing]) if standing else ""
    return {
        "offers": [waitlist_view.offer_row(row, request.now) for row in rows],
        "take_back_address": back,
        "may_write": may(request.membership.role, "waitlist.write").allowed,
    }
