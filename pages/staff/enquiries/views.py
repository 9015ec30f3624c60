"""An enquiry of the public form: make a patient of it, or close it."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from pages.kit.forms import DateInput, Form, area, show
from patients import selectors
from patients.services import enquiries as service

if TYPE_CHECKING:
    from patients.models import Enquiry


class ConvertForm(Form):
    birth_date = forms.DateField(
        label="Birth date",
        help_text="The form did not have it; ask on the telephone.",
        widget=DateInput(),
    )


class DismissForm(Form):
    reason = forms.CharField(
        label="Why it leads to no visit", max_length=200, widget=area()
    )


@page(action="enquiry.read")
def enquiry(request: StaffRequest, enquiry_id: UUID) -> ViewResponse:
    return _page(request, selectors.enquiry(enquiry_id, request.clinic.pk))


@page(action="enquiry.write")
@require_POST
def convert(request: StaffRequest, enquiry_id: UUID) -> ViewResponse:
    """Register the sender and go on to find a time for the consultation."""
    found = selectors.enquiry(enquiry_id, request.clinic.pk)
    form = ConvertForm(request.POST)
    if found.birth_date:
        form.fields["birth_date"].required = False
    if form.is_valid():
        try:
            patient = service.convert(
                enquiry_id=enquiry_id,
                clinic_id=request.clinic.pk,
                birth_date=form.cleaned_data["birth_date"],
                by=request.actor,
                now=request.now,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            request.record_access(patient.pk)
            messages.success(request, f"{patient.full_name} is registered.")
            address = reverse("staff:find")
            return redirect(f"{address}?patient={patient.pk}&visit_type=consultation")
    return _page(request, found, convert_form=form)


@page(action="enquiry.write")
@require_POST
def dismiss(request: StaffRequest, enquiry_id: UUID) -> ViewResponse:
    found = selectors.enquiry(enquiry_id, request.clinic.pk)
    request.record_access(count=1)
    form = DismissForm(request.POST)
    if form.is_valid():
        service.dismiss(
            enquiry_id=enquiry_id,
            clinic_id=request.clinic.pk,
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        )
        messages.success(request, "The enquiry is closed.")
        return redirect("staff:tasks")
    return _page(request, found, dismiss_form=form)


def _page(request: StaffRequest, found: "Enquiry", **wrong: Form) -> ViewResponse:
    request.record_access(count=1)
    context: dict[str, Any] = {
        "enquiry": found,
        "language": found.get_language_display(),
        "convert_form": wrong.get("convert_form", ConvertForm()),
        "dismiss_form": wrong.get("dismiss_form", DismissForm()),
        "error_form": next(iter(wrong.values()), None),
        "convert_address": reverse("staff:enquiry_convert", args=[found.pk]),
        "dismiss_address": reverse("staff:enquiry_dismiss", args=[found.pk]),
        "patient_address": (
            reverse("staff:patient", args=[found.patient_id])
            if found.patient_id
            else ""
        ),
    }
    return show(request, "pages/staff/enquiries/enquiry.html", context, *wrong.values())
