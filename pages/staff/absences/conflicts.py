"""Visits that something made impossible: keep, move or cancel each."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from pages.kit.forms import Form, area, show
from pages.staff.repair import words
from scheduling.absences import conflicts as service
from scheduling.absences import selectors

if TYPE_CHECKING:
    from scheduling.models import Conflict

ROWS = 100


class KeepForm(Form):
    reason = forms.CharField(
        label="Why it can stay as it is",
        max_length=200,
        required=False,
        widget=area(),
    )


@page(action="conflict.read")
def conflicts(request: StaffRequest) -> ViewResponse:
    return _page(request)


@page(action="conflict.resolve")
@require_POST
def conflict_keep(request: StaffRequest, conflict_id: int) -> ViewResponse:
    form = KeepForm(request.POST, auto_id=f"id_{conflict_id}_%s")
    if form.is_valid():
        try:
            kept = service.keep(
                conflict_id=conflict_id,
                clinic_id=request.clinic.pk,
                reason=form.cleaned_data["reason"],
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            request.record_access(kept.appointment.patient_id)
            messages.success(request, _kept_text(kept))
            return redirect("staff:conflicts")
    return _page(request, (conflict_id, form))


def _kept_text(kept: "Conflict") -> str:
    """Others of the same visit may still be open."""
    if kept.appointment_id in selectors.to_decide(kept.appointment.clinic_id):
        return "Noted. Something else is still in the way of the visit."
    return "The visit stays as it is."


def _page(request: StaffRequest, *wrong_forms: tuple[int, KeepForm]) -> ViewResponse:
    forms_shown = dict(wrong_forms)
    visits = _by_visit(selectors.conflicts(request.clinic.pk, only_open=True))
    shown = visits[:ROWS]
    seen = {found[0].appointment.patient_id for found in shown}
    request.record_access(*seen, count=0, deliberate=False)
    context = {
        "rows": [_row(request, found, forms_shown) for found in shown],
        "count": len(visits),
        "may_resolve": may(request.membership.role, "conflict.resolve").allowed,
        "error_form": next(iter(forms_shown.values()), None),
    }
    return show(
        request, "pages/staff/absences/conflicts.html", context, *forms_shown.values()
    )


def _by_visit(conflicts: Iterable["Conflict"]) -> list[list["Conflict"]]:
    """Each visit's conflicts, the visits as they come."""
    visits: dict[UUID, list[Conflict]] = {}
    for conflict in conflicts:
        visits.setdefault(conflict.appointment_id, []).append(conflict)
    return list(visits.values())


def _row(
    request: StaffRequest, found: list["Conflict"], forms_shown: dict[int, KeepForm]
) -> dict[str, Any]:
    """One visit and what is in its way."""
    visit = found[0].appointment
    zone = ZoneInfo(request.clinic.time_zone)
    return {
        "id": visit.pk,
        "patient": visit.patient.full_name,
        "visit_type": visit.visit_type.name,
        "when": words.span(visit.start, visit.end, zone, request.now),
        "visit_address": reverse("staff:appointment", args=[visit.pk]),
        "conflicts": [_conflict(one, forms_shown) for one in found],
    }


def _conflict(conflict: "Conflict", forms_shown: dict[int, KeepForm]) -> dict[str, Any]:
    form = forms_shown.get(conflict.pk) or KeepForm(auto_id=f"id_{conflict.pk}_%s")
    return {
        "text": words.conflict_text(conflict),
        "absence_address": reverse("staff:absence", args=[conflict.absence_id])
        if conflict.absence_id
        else "",
        "keep_address": reverse("staff:conflict_keep", args=[conflict.pk]),
        "form": form,
    }
