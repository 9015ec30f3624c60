"""Recording that a patient died or wants no contact, and taking a slip back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid, NotFound
from pages.kit.forms import DayField, Form, InlineChoice, show
from patients import selectors
from patients.services import departures

KINDS = (("deceased", "The patient has died"), ("do_not_contact", "Do not contact"))


class DepartureForm(Form):
    kind = InlineChoice(label="What is recorded", choices=KINDS)
    source = forms.CharField(
        label="Who told it, or asked for it",
        max_length=200,
        help_text="For example: her daughter, by telephone.",
    )
    died_on = DayField(
        label="Day of death", required=False, help_text="Leave it empty if not known."
    )


class TakeBackForm(Form):
    reason = forms.CharField(label="Why it is taken back", max_length=200)


@page(action="patient.depart")
def depart(request: StaffRequest, patient_id: UUID) -> ViewResponse:
    """Nothing leaves for the patient any more from this press on."""
    found = selectors.patient(patient_id, request.clinic.pk)
    request.record_access(found.pk)
    posted = request.method == "POST"
    form = DepartureForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            departures.record(
                patient_id=patient_id,
                clinic_id=request.clinic.pk,
                **form.cleaned_data,
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, "Recorded. Nothing is sent any more.")
            return redirect("staff:patient", patient_id)
    context = {
        "heading": f"{found.full_name}: death or no contact",
        "note": (
            "Messages, offers, holds and check-ins stop at once. Visits to come are"
            " listed for a coordinator to decide."
        ),
        "submit": "Record it and stop everything",
    }
    return _show(request, found, form, context)


@page(action="patient.depart")
def take_back(request: StaffRequest, patient_id: UUID, kind: str) -> ViewResponse:
    """It was a slip: everything that was stopped is planned anew."""
    found = selectors.patient(patient_id, request.clinic.pk)
    request.record_access(found.pk)
    if kind not in {one.kind for one in selectors.departures(found)}:
        raise NotFound("Nothing of that kind is recorded of this patient.")
    posted = request.method == "POST"
    form = TakeBackForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            departures.take_back(
                patient_id=patient_id,
                clinic_id=request.clinic.pk,
                kind=kind,
                reason=form.cleaned_data["reason"],
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, "Taken back. What was stopped is planned anew.")
            return redirect("staff:patient", patient_id)
    context = {
        "heading": f"{found.full_name}: take back “{dict(KINDS)[kind].lower()}”",
        "note": "Messages and check-ins are planned anew; offers and holds are not.",
        "submit": "Take it back",
    }
    return _show(request, found, form, context)


def _show(
    request: StaffRequest, patient: Any, form: Form, context: dict[str, Any]
) -> ViewResponse:
    back = reverse("staff:patient", args=[patient.pk])
    whole = {"form": form, "back_address": back, "back_label": patient.full_name}
    return show(request, "pages/staff/patient/departure.html", whole | context, form)
