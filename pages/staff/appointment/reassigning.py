"""Other resources for one visit at the same time, seen before they are taken."""

from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from pages.staff.appointment import views as appointments
from pages.staff.appointment.moving import ReasonForm, rows
from pages.staff.appointment.views import NotWithForm
from pages.staff.find.reasons import in_the_way
from scheduling import selectors
from scheduling.booking import book
from scheduling.booking.errors import ReasonNeeded, SlotTaken
from scheduling.booking.short_notice import NEAR_VISIT
from scheduling.explain.vocabulary import listed

if TYPE_CHECKING:
    from scheduling.booking.move_history import Changed
    from scheduling.booking.preview import Preview
    from scheduling.models import Appointment, Resource

_NO_MESSAGE = "No message is sent to the patient."


@page(action="appointment.move")
@require_GET
def preview(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    found = appointments.found_visit(request, appointment_id)
    asked = _asked(request, found, request.GET)
    if not asked.is_valid():
        return appointments.show_visit(request, found, not_with_form=asked)
    return _preview(request, found, asked.left_out)


@page(action="appointment.move")
@require_POST
def reassign(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    found = appointments.found_visit(request, appointment_id)
    asked = _asked(request, found, request.POST)
    if not asked.is_valid():
        return appointments.show_visit(request, found, not_with_form=asked)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            return _preview(request, found, asked.left_out, form)
        changed = book.reassign(
            appointment_id=found.pk,
            clinic_id=request.clinic.pk,
            avoiding=asked.left_out,
            version=appointments.version_of(request, found),
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        )
    except ReasonNeeded:
        form = ReasonForm(request.POST, notice=NEAR_VISIT)
        return _preview(request, found, asked.left_out, form)
    except (SlotTaken, Invalid):
        return _preview(request, found, asked.left_out, status=409)
    return appointments.done(request, changed, "The visit has other resources now.")


def _asked(
    request: StaffRequest, found: "Appointment", fields: QueryDict
) -> NotWithForm:
    """Any resource of the clinic can be left out, and a retired one the visit has."""
    there = [*selectors.resources(request.clinic.pk), *selectors.visit_resources(found)]
    return NotWithForm(fields, resources=there)


def _preview(
    request: StaffRequest,
    found: "Appointment",
    avoiding: frozenset[int],
    form: ReasonForm | None = None,
    status: int = 200,
) -> ViewResponse:
    seen = book.preview_reassign(
        appointment_id=found.pk,
        clinic_id=request.clinic.pk,
        avoiding=avoiding,
        now=request.now,
    )
    zone = ZoneInfo(request.clinic.time_zone)
    context = {
        "visit": found,
        "patient": found.patient,
        "patient_address": reverse("staff:patient", args=[found.patient_id]),
        "today": request.now.astimezone(zone).date(),
        "visit_type": found.visit_type.name,
        "changes": bool(seen.changed and seen.changed.replaced),
        "rows": rows(seen),
        "reasons": seen.reasons,
        "in_the_way": in_the_way(seen.why, zone, request.now),
        "may_move": any(reason.code == "slot-taken" for reason in seen.reasons),
        "told": told(found, seen.changed),
        "avoiding": sorted(avoiding),
        "form": form or ReasonForm(notice=NEAR_VISIT if seen.says_why else ""),
        "not_with_form": NotWithForm(
            resources=_choices(found, seen, avoiding),
            initial={"avoiding": [str(one) for one in avoiding]},
        ),
        "visit_address": reverse("staff:appointment", args=[found.pk]),
        "preview_address": reverse(
            "staff:appointment_reassign_preview", args=[found.pk]
        ),
        "reassign_address": reverse("staff:appointment_reassign", args=[found.pk]),
    }
    if form is not None:
        status = 422
    template = "pages/staff/appointment/reassign_preview.html"
    return TemplateResponse(request, template, context, status=status)


def told(visit: "Appointment", changed: "Changed | None") -> str:
    """Words on what the patient hears, as nothing sent to them names who or what serves
    the visit; and of whom somebody tells them."""
    leaving = {
        old.id: old.name
        for phase in (changed.replaced if changed else ())
        for old, _ in phase.replaced
        if old and old.kind == "clinician"
    }
    if not leaving:
        return f"{_NO_MESSAGE} Their time and whom they see stay as they are."
    asked_for = visit.clinician_id in leaving
    who = listed(leaving.values())
    why = "was asked for when the visit was booked" if asked_for else "may be expected"
    return (
        f"{_NO_MESSAGE} They see another clinician: tell them yourself, as {who} {why}."
    )


def _choices(
    found: "Appointment", seen: "Preview", avoiding: frozenset[int]
) -> "list[Resource]":
    """Resources the visit has, would get, or leaves out already."""
    replaced = seen.changed.replaced if seen.changed else ()
    coming = {new.id for phase in replaced for _, new in phase.replaced if new}
    return selectors.visit_resources(found, coming | avoiding)
