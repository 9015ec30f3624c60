"""A phase of a visit begins or ends, or its times are put right."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid, NotFound
from core.refusal import Refused
from pages.kit import start_choices
from pages.kit.forms import Form
from pages.staff.appointment import page as appointment_page
from pages.staff.appointment.views import version_of
from scheduling import selectors
from scheduling.booking.instants import instant_in
from scheduling.day import phase_records
from scheduling.timegrid.local_time import local

if TYPE_CHECKING:
    from scheduling.models import Appointment
    from scheduling.selectors import PhaseRow


class BeginOrEndForm(Form):
    what = forms.ChoiceField(choices=[("begin", "Begin"), ("end", "End")])
    at = forms.TimeField(required=False)
    at_chosen = forms.DateTimeField(required=False)


class CorrectForm(Form):
    started = forms.TimeField()
    started_chosen = forms.DateTimeField(required=False)
    ended = forms.TimeField(required=False)
    ended_chosen = forms.DateTimeField(required=False)
    reason = forms.CharField(max_length=300)


@page(action="phase.record")
@require_POST
def record(request: StaffRequest, appointment_id: UUID, position: int) -> ViewResponse:
    """Begin or end one phase, now or at the time given."""
    visit, row = _found(request, appointment_id, position)
    form = BeginOrEndForm(request.POST)
    if not form.is_valid():
        return _wrong(request, visit, form)
    begins = form.cleaned_data["what"] == "begin"
    verb = phase_records.start_phase if begins else phase_records.end_phase
    try:
        done = verb(
            appointment_id=visit.pk,
            clinic_id=request.clinic.pk,
            version=version_of(request, visit),
            phase=position,
            at=_instant(form, "at", row, visit),
            by=request.actor,
            now=request.now,
        )
    except Invalid as problem:
        form.add_error(None, problem.detail)
        return _wrong(request, visit, form, _choices(form, problem, visit))
    said = "has begun" if begins else "is over"
    return _done(request, visit, done, f"{row.name} {said}.")


@page(action="phase.record")
@require_POST
def correct(request: StaffRequest, appointment_id: UUID, position: int) -> ViewResponse:
    visit, row = _found(request, appointment_id, position)
    form = CorrectForm(request.POST)
    if not form.is_valid():
        return _wrong(request, visit, form)
    try:
        done = phase_records.correct_phase(
            appointment_id=visit.pk,
            clinic_id=request.clinic.pk,
            version=version_of(request, visit),
            phase=position,
            started_at=_instant(form, "started", row, visit),
            ended_at=_instant(form, "ended", row, visit),
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        )
    except Invalid as problem:
        form.add_error(None, problem.detail)
        return _wrong(request, visit, form, _choices(form, problem, visit))
    return _done(request, visit, done, f"The times of {row.name} are put right.")


def _found(
    request: StaffRequest, appointment_id: UUID, position: int
) -> "tuple[Appointment, PhaseRow]":
    visit = selectors.appointment(appointment_id, request.clinic.pk)
    if visit is None:
        raise NotFound("There is no such visit at this clinic.")
    request.record_access(visit.patient_id)
    for row in selectors.phase_records(visit.pk):
        if row.position == position:
            return visit, row
    raise NotFound("This visit has no such phase.")


def _instant(
    form: Form, name: str, row: "PhaseRow", visit: "Appointment"
) -> datetime | None:
    """A clock of the phase's local day; which one was chosen, where it comes twice.

    Raises InvalidMoment.
    """
    at: time | None = form.cleaned_data[name]
    if at is None:
        return None
    zone = ZoneInfo(visit.time_zone)
    wall = datetime.combine(row.planned_start.astimezone(zone).date(), at)
    chosen: datetime | None = form.cleaned_data[f"{name}_chosen"]
    if chosen and local(chosen, zone).replace(fold=0) == wall:
        return chosen
    return instant_in(name, wall, zone)


def _choices(
    form: Form, problem: Invalid, visit: "Appointment"
) -> list[dict[str, Any]]:
    """The same form once for each time that can be meant."""
    sent = {name: form.data[name] for name in form.fields if name in form.data}
    name = problem.errors[0].pointer.strip("/")
    return [
        {
            "label": choice["label"],
            "fields": {
                **sent,
                name: choice["start"][11:16],
                f"{name}_chosen": choice["start"],
            },
        }
        for choice in start_choices.of(problem, ZoneInfo(visit.time_zone))
    ]


def _wrong(
    request: StaffRequest,
    visit: "Appointment",
    form: Form,
    instead: Sequence[dict[str, Any]] = (),
) -> ViewResponse:
    """The visit's page with what is wrong, in words, and times to choose `instead`."""
    faults = [str(fault) for faults in form.errors.values() for fault in faults]
    shown = {
        **appointment_page.context(request, visit),
        "phase_faults": faults,
        "phase_choices": instead,
        "phase_address": request.path,
    }
    template = "pages/staff/appointment/appointment.html"
    return TemplateResponse(request, template, shown, status=422)


def _done(
    request: StaffRequest, visit: "Appointment", result: object, said: str
) -> ViewResponse:
    if isinstance(result, Refused):
        return result
    messages.success(request, said)
    return redirect("staff:appointment", visit.pk)
