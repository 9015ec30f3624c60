"""One visit: what it is, what comes next, move it, give it up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.services.doors import Answer, StaffRequest, page
from core.problems import Invalid, NotFound
from core.refusal import Refused
from pages.forms import DateInput, Form, TimeInput, area, instant, show
from pages.staff import appointment_page, taken
from scheduling import selectors
from scheduling.services import booking
from scheduling.services.problems import PatientBusy, SlotTaken
from scheduling.services.visits import Verb

if TYPE_CHECKING:
    from scheduling.models import Appointment


class MoveForm(Form):
    on = forms.DateField(label="Day", widget=DateInput())
    at = forms.TimeField(label="Arrival", widget=TimeInput())
    reason = forms.CharField(
        label="Reason", required=False, max_length=300, widget=area()
    )


class CancelForm(Form):
    reason = forms.CharField(label="Reason", max_length=300, widget=area())


@page(action="appointment.read")
def appointment(request: StaffRequest, appointment_id: UUID) -> Answer:
    return _page(request, _found(request, appointment_id))


@page(action="appointment.move")
@require_POST
def move(request: StaffRequest, appointment_id: UUID) -> Answer:
    found = _found(request, appointment_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, found, move_form=form)
    zone = ZoneInfo(request.clinic.time_zone)
    try:
        moved = booking.move(
            appointment_id=appointment_id,
            clinic_id=request.clinic.pk,
            start=instant(form.cleaned_data["on"], form.cleaned_data["at"], zone),
            version=_version(request, found),
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        )
    except (SlotTaken, PatientBusy) as problem:
        return taken.page(request, problem, taken.to_move(found))
    except Invalid as problem:
        form.add_error("at", " ".join(error.detail for error in problem.errors))
        return _page(request, found, move_form=form)
    return _done(request, moved, "The visit is moved.")


@page(action="appointment.cancel")
@require_POST
def cancel(request: StaffRequest, appointment_id: UUID) -> Answer:
    found = _found(request, appointment_id)
    form = CancelForm(request.POST, auto_id="id_cancel_%s")
    if not form.is_valid():
        return _page(request, found, cancel_form=form)
    cancelled = booking.cancel(
        appointment_id=appointment_id,
        clinic_id=request.clinic.pk,
        version=_version(request, found),
        reason=form.cleaned_data["reason"],
        by=request.actor,
        now=request.now,
    )
    return _done(request, cancelled, "The visit is cancelled; its time is free again.")


def _act(verb: Verb, action: str, said: str) -> Callable[..., HttpResponse]:
    """A button without a form: confirm, arrive, …"""

    @page(action=action)
    @require_POST
    def view(request: StaffRequest, appointment_id: UUID) -> Answer:
        found = _found(request, appointment_id)
        done = verb(
            appointment_id=appointment_id,
            clinic_id=request.clinic.pk,
            version=_version(request, found),
            by=request.actor,
            now=request.now,
        )
        return _done(request, done, said)

    return view


confirm = _act(booking.confirm, "appointment.confirm", "The visit is confirmed.")
arrive = _act(booking.arrive, "appointment.arrive", "The patient is here.")
check_in = _act(booking.check_in, "appointment.arrive", "The visit has begun.")
fulfil = _act(booking.fulfil, "appointment.arrive", "The visit is done.")
no_show = _act(
    booking.no_show, "appointment.no_show", "Noted: the patient did not come."
)


def _found(request: StaffRequest, appointment_id: UUID) -> "Appointment":
    found = selectors.appointment(appointment_id, request.clinic.pk)
    if found is None:
        raise NotFound("There is no such visit at this clinic.")
    request.saw(found.patient_id)
    return found


def _version(request: StaffRequest, found: "Appointment") -> int:
    """The version the form was made for; without one, the visit as it is now."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else found.version


def _done(request: StaffRequest, result: "Appointment | Refused", said: str) -> Answer:
    if isinstance(result, Refused):
        return result
    messages.success(request, said)
    if request.POST.get("back") == "today":
        return redirect("staff:today")
    return redirect("staff:appointment", result.pk)


def _page(request: StaffRequest, found: "Appointment", **wrong: Form) -> Answer:
    context: dict[str, Any] = appointment_page.context(request, found)
    zone = ZoneInfo(request.clinic.time_zone)
    if context["may_move"]:
        local = found.start.astimezone(zone)
        context["move_form"] = MoveForm(
            initial={"on": local.date(), "at": local.time().replace(tzinfo=None)}
        )
        context["move_address"] = reverse("staff:appointment_move", args=[found.pk])
    if context["may_cancel"]:
        context["cancel_form"] = CancelForm(auto_id="id_cancel_%s")
        context["cancel_address"] = reverse("staff:appointment_cancel", args=[found.pk])
    template = "pages/staff/appointment.html"
    return show(request, template, {**context, **wrong}, *wrong.values())
