"""Visits that something made impossible: keep, move or cancel each."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.services.doors import Answer, StaffRequest, page
from core.problems import Invalid
from pages import repair_words
from pages.forms import Form, area, show
from scheduling.selectors import absences as selectors
from scheduling.services import conflicts as service

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
def conflicts(request: StaffRequest) -> Answer:
    return _page(request)


@page(action="conflict.resolve")
@require_POST
def conflict_keep(request: StaffRequest, conflict_id: int) -> Answer:
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
            request.saw(kept.appointment.patient_id)
            messages.success(request, "The visit stays as it is.")
            return redirect("staff:conflicts")
    return _page(request, (conflict_id, form))


def _page(request: StaffRequest, *wrong_forms: tuple[int, KeepForm]) -> Answer:
    forms_shown = dict(wrong_forms)
    found = list(selectors.conflicts(request.clinic.pk, only_open=True)[:ROWS])
    request.saw(*{c.appointment.patient_id for c in found}, count=0, deliberate=False)
    wrong = next(iter(forms_shown.values()), None)
    context = {
        "rows": [_row(request, conflict, forms_shown) for conflict in found],
        "may_resolve": may(request.membership.role, "conflict.resolve").allowed,
        "error_form": wrong,
    }
    return show(request, "pages/staff/conflicts.html", context, *forms_shown.values())


def _row(
    request: StaffRequest, conflict: "Conflict", forms_shown: dict[int, KeepForm]
) -> dict[str, Any]:
    visit = conflict.appointment
    zone = ZoneInfo(request.clinic.time_zone)
    form = forms_shown.get(conflict.pk) or KeepForm(auto_id=f"id_{conflict.pk}_%s")
    return {
        "id": conflict.pk,
        "patient": visit.patient.full_name,
        "visit_type": visit.visit_type.name,
        "when": repair_words.span(visit.start, visit.end, zone),
        "text": repair_words.conflict_text(conflict),
        "visit_address": reverse("staff:appointment", args=[visit.pk]),
        "absence_address": reverse("staff:absence", args=[conflict.absence_id])
        if conflict.absence_id
        else "",
        "keep_address": reverse("staff:conflict_keep", args=[conflict.pk]),
        "form": form,
    }
