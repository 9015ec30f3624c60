"""Patients: search, register, amend, and the page of one."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import FieldError, Invalid
from notifications.domain import replies
from notifications.services import opt_outs
from pages.kit import numbers
from pages.kit.forms import DateInput, Form, InlineChoice, show
from pages.kit.words import listed_name
from pages.staff.patient import page as patient_page
from patients import selectors
from patients.services import consents
from patients.services import patients as service

ROWS = 25
SEX = [("female", "Female"), ("male", "Male"), ("unknown", "Not recorded")]
LANGUAGES = [("en", "English"), ("es", "Spanish")]


class PersonForm(Form):
    given_name = forms.CharField(
        label="Given name",
        max_length=100,
        required=False,
        help_text="One of the two names is enough.",
    )
    family_name = forms.CharField(label="Family name", max_length=100, required=False)
    birth_date = forms.DateField(label="Birth date", widget=DateInput())
    biological_sex = InlineChoice(
        label="Biological sex", choices=SEX, initial="unknown", required=False
    )
    language = InlineChoice(
        label="Language of messages and pages", choices=LANGUAGES, initial="en"
    )


class RegisterForm(PersonForm):
    phone = forms.CharField(
        label="Mobile phone", required=False, help_text="For example (713) 555-0123"
    )
    sms_consent = forms.BooleanField(
        label="The patient agrees to text messages", required=False
    )
    email = forms.CharField(label="E-mail", required=False)
    email_consent = forms.BooleanField(
        label="The patient agrees to e-mail", required=False
    )
    mrn = forms.CharField(
        label="Medical record number",
        required=False,
        max_length=32,
        help_text="Leave empty and the next number is given.",
    )


class AmendForm(PersonForm):
    """A person's own details; contacts are changed on their page."""

    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=200,
        help_text="Needed to correct the biological sex.",
    )


class ContactForm(Form):
    phone = forms.CharField(label="Mobile phone", required=False)
    email = forms.CharField(label="E-mail", required=False)


@page(action="patient.read")
def patients(request: StaffRequest) -> ViewResponse:
    """Everyone by name, or those found. What is searched for never enters an address:
    names do not belong in logs and histories, so a search is a POST."""
    text = request.POST.get("q", "").strip()[:100]
    number = max(1, numbers.read(request.GET.get("page", ""), 1))
    found = selectors.search(request.clinic.pk, text) if text else None
    rows = found if found is not None else selectors.patients(request.clinic.pk)
    first = 0 if text else (number - 1) * ROWS
    rows = selectors.with_contact_points(rows)
    shown = list(rows[first : first + ROWS + 1])
    more, shown = len(shown) > ROWS, shown[:ROWS]
    request.record_access(*(patient.pk for patient in shown), deliberate=bool(text))
    role = request.membership.role
    context = {
        "q": text,
        "purpose": request.POST.get("for", ""),
        "rows": [_row(patient) for patient in shown],
        "more": more,
        "next_address": f"?page={number + 1}" if more and not text else "",
        "may_register": may(role, "patient.write").allowed,
        **_next_step(role, request.POST.get("for", "")),
        "register_address": reverse("staff:register"),
    }
    return TemplateResponse(request, "pages/staff/patient/patients.html", context)


def _next_step(role: str, purpose: str) -> dict[str, str]:
    """The step for which a patient is looked up: each row leads there."""
    if purpose == "episode" and may(role, "episode.open").allowed:
        return {"step": "Open an episode", "step_address": reverse("staff:episode_new")}
    if purpose == "waitlist" and may(role, "waitlist.write").allowed:
        return {
            "step": "Add to the waitlist",
            "step_address": reverse("staff:waitlist_new"),
        }
    if may(role, "appointment.book").allowed:
        return {"step": "Find a time", "step_address": reverse("staff:find")}
    return {}


def _row(patient: Any) -> dict[str, Any]:
    current = (p for p in patient.contact_points.all() if p.ended_at is None)
    return {
        "listed_name": listed_name(patient),
        "given_name": patient.given_name,
        "family_name": patient.family_name,
        "birth_date": patient.birth_date,
        "mrn": patient.mrn,
        "language": patient.get_language_display(),
        "phone": next((p.value for p in current if p.system == "phone"), ""),
        "address": reverse("staff:patient", args=[patient.pk]),
        "pk": patient.pk,
    }


@page(action="patient.write")
def register(request: StaffRequest) -> ViewResponse:
    posted = request.method == "POST"
    form = RegisterForm(request.POST if posted else None)
    request.record_access(count=0)
    if posted and form.is_valid():
        try:
            patient = service.register(
                clinic_id=request.clinic.pk,
                by=request.actor,
                now=request.now,
                **form.cleaned_data,
            )
        except Invalid as problem:
            form.take(problem)
        else:
            request.record_access(patient.pk)
            messages.success(request, f"{patient.full_name} is registered.")
            return redirect("staff:patient", patient.pk)
    context = {
        "form": form,
        "heading": "Register a patient",
        "submit": "Register",
        "back_address": reverse("staff:patients"),
        "back_label": "Patients",
    }
    return show(request, "pages/staff/patient/register.html", context, form)


@page(action="patient.read")
def patient(request: StaffRequest, patient_id: UUID) -> ViewResponse:
    found = selectors.patient(patient_id, request.clinic.pk)
    request.record_access(found.pk)
    context = patient_page.context(request, found, _contact_form(request, found))
    return TemplateResponse(request, "pages/staff/patient/patient.html", context)


def _contact_form(request: StaffRequest, patient: Any) -> ContactForm | None:
    if not may(request.membership.role, "contact.write").allowed:
        return None
    ways = {"phone": selectors.contact(patient, "sms")}
    ways["email"] = selectors.contact(patient, "email")
    return ContactForm(
        initial={name: point.value if point else "" for name, point in ways.items()}
    )


@page(action="patient.write")
def amend(request: StaffRequest, patient_id: UUID) -> ViewResponse:
    found = selectors.patient(patient_id, request.clinic.pk)
    request.record_access(found.pk)
    posted = request.method == "POST"
    before = {name: getattr(found, name) for name in PersonForm.base_fields}
    form = AmendForm(request.POST if posted else None, initial=before)
    if posted and form.is_valid():
        try:
            _amend(request, patient_id, form.cleaned_data)
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, "Saved.")
            return redirect("staff:patient", patient_id)
    context = {
        "form": form,
        "version": request.POST.get("version", found.version),
        "heading": f"Amend {found.full_name}",
        "submit": "Save",
        "back_address": reverse("staff:patient", args=[patient_id]),
        "back_label": found.full_name,
    }
    return show(request, "pages/staff/patient/register.html", context, form)


@page(action="contact.write")
@require_POST
def contact(request: StaffRequest, patient_id: UUID) -> ViewResponse:
    """Change how the patient is reached; an empty field ends that contact."""
    found = selectors.patient(patient_id, request.clinic.pk)
    request.record_access(found.pk)
    form = ContactForm(request.POST)
    if form.is_valid():
        try:
            _amend(request, patient_id, form.cleaned_data)
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, "Contact saved.")
            return redirect("staff:patient", patient_id)
    context = patient_page.context(request, found, form)
    return show(request, "pages/staff/patient/patient.html", context, form)


def _amend(request: StaffRequest, patient_id: UUID, typed: dict[str, Any]) -> None:
    fields = {name: value for name, value in typed.items() if name != "reason"}
    service.amend(
        patient_id=patient_id,
        clinic_id=request.clinic.pk,
        version=numbers.version(request.POST.get("version", ""), 1),
        changes=service.Changes(**fields),
        reason=typed.get("reason", ""),
        by=request.actor,
        now=request.now,
    )


@page(action="contact.write")
@require_POST
def consent(request: StaffRequest, patient_id: UUID) -> HttpResponse:
    """The patient's yes or no to a channel, told to a coordinator."""
    found = selectors.patient(patient_id, request.clinic.pk)
    request.record_access(found.pk)
    answer = (
        consents.grant if request.POST.get("granted") == "yes" else consents.withdraw
    )
    answer(
        patient_id=patient_id,
        channel=request.POST.get("channel", ""),
        by=request.actor,
        now=request.now,
    )
    messages.success(request, "The patient’s answer is on record.")
    return redirect("staff:patient", patient_id)


@page(action="opt_out.write")
@require_POST
def opt_out(request: StaffRequest, patient_id: UUID) -> ViewResponse:
    """A STOP, or its end, that the patient said to somebody."""
    found = selectors.patient(patient_id, request.clinic.pk)
    request.record_access(found.pk)
    channel, _, scope = request.POST.get("what", "").partition(":")
    if scope not in replies.SCOPES:
        raise Invalid([FieldError("/what", "Choose what is stopped.")])
    do = opt_outs.start_for if "start" in request.POST else opt_outs.stop_for
    do(
        patient_id=patient_id,
        clinic_id=request.clinic.pk,
        channel=channel,
        scope=scope,
        source="voice",
        by=request.actor,
        now=request.now,
    )
    messages.success(request, "Recorded. It counts from now on.")
    return redirect("staff:patient", patient_id)
