"""One visit: what it is, what comes next, give it up."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import NotFound
from core.refusal import Refused
from pages.kit import numbers
from pages.kit.forms import DayField, Form, InlineChoices, TimeInput, area, show
from pages.staff.appointment import page as appointment_page
from pages.staff.book import taken
from scheduling import selectors
from scheduling.booking import book
from scheduling.booking.acts import Verb
from scheduling.booking.errors import PatientBusy, SlotTaken

if TYPE_CHECKING:
    from scheduling.models import Appointment, Resource


class WhenForm(Form):
    on = DayField(label="Day")
    at = forms.TimeField(label="Arrival", widget=TimeInput())


class NotWithForm(Form):
    """Resources that a visit should do without, of those there are to choose."""

    avoiding = InlineChoices(label="Not with", required=False)

    def __init__(
        self, *args: Any, resources: "Iterable[Resource]", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = {str(one.pk): one.name for one in resources}
        field = self.fields["avoiding"]
        assert isinstance(field, InlineChoices)
        field.choices = list(choices.items())

    @property
    def left_out(self) -> frozenset[int]:
        return frozenset(int(one) for one in self.cleaned_data["avoiding"])


class CancelForm(Form):
    reason = forms.CharField(label="Reason", max_length=300, widget=area())


@page(action="appointment.read")
def appointment(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    return show_visit(request, found_visit(request, appointment_id))


@page(action="appointment.cancel")
@require_POST
def cancel(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    found = found_visit(request, appointment_id)
    form = CancelForm(request.POST, auto_id="id_cancel_%s")
    if not form.is_valid():
        return show_visit(request, found, cancel_form=form)
    cancelled = book.cancel(
        appointment_id=appointment_id,
        clinic_id=request.clinic.pk,
        version=version_of(request, found),
        reason=form.cleaned_data["reason"],
        by=request.actor,
        now=request.now,
    )
    return done(request, cancelled, "The visit is cancelled; its time is free again.")


def _act(verb: Verb, action: str, said: str) -> Callable[..., HttpResponse]:
    """A button without a form: confirm, arrive, …"""

    @page(action=action)
    @require_POST
    def view(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
        found = found_visit(request, appointment_id)
        outcome = verb(
            appointment_id=appointment_id,
            clinic_id=request.clinic.pk,
            version=version_of(request, found),
            by=request.actor,
            now=request.now,
        )
        return done(request, outcome, said)

    return view


confirm = _act(book.confirm, "appointment.confirm", "The visit is confirmed.")
arrive = _act(book.arrive, "appointment.arrive", "The patient is here.")
undo_arrival = _act(
    book.undo_arrival, "appointment.arrive", "The arrival is taken back."
)
check_in = _act(book.check_in, "appointment.arrive", "The visit has begun.")
fulfil = _act(book.fulfil, "appointment.arrive", "The visit is done.")
no_show = _act(book.no_show, "appointment.no_show", "Noted: the patient did not come.")


@page(action="appointment.no_show")
@require_POST
def undo_no_show(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    found = found_visit(request, appointment_id)
    try:
        undone = book.undo_no_show(
            appointment_id=appointment_id,
            clinic_id=request.clinic.pk,
            version=version_of(request, found),
            by=request.actor,
            now=request.now,
        )
    except (SlotTaken, PatientBusy) as problem:
        return taken.page(request, problem, taken.to_book_again(found))
    return done(request, undone, "The visit stands again, at its time.")


def found_visit(request: StaffRequest, appointment_id: UUID) -> "Appointment":
    found = selectors.appointment(appointment_id, request.clinic.pk)
    if found is None:
        raise NotFound("There is no such visit at this clinic.")
    request.record_access(found.patient_id)
    return found


def version_of(request: StaffRequest, found: "Appointment") -> int:
    """The version the form was made for; without one, the visit as it is now."""
    return numbers.version(request.POST.get("version", ""), found.version)


def done(
    request: StaffRequest, result: "Appointment | Refused", said: str
) -> ViewResponse:
    if isinstance(result, Refused):
        return result
    messages.success(request, said)
    if request.POST.get("back") == "today":
        return redirect("staff:today")
    return redirect("staff:appointment", result.pk)


def show_visit(
    request: StaffRequest, found: "Appointment", **more: Any
) -> ViewResponse:
    """Its page; `more` are forms filled in wrongly, and what goes with them."""
    context: dict[str, Any] = appointment_page.context(request, found)
    if context["may_move"]:
        local = found.start.astimezone(ZoneInfo(request.clinic.time_zone))
        context["move_form"] = WhenForm(
            initial={"on": local.date(), "at": local.time().replace(tzinfo=None)}
        )
        context["move_address"] = reverse(
            "staff:appointment_move_preview", args=[found.pk]
        )
        has = selectors.visit_resources(found)
        context["not_with_form"] = NotWithForm(resources=has)
        context["reassign_address"] = reverse(
            "staff:appointment_reassign_preview", args=[found.pk]
        )
    if context["may_cancel"]:
        context["cancel_form"] = CancelForm(auto_id="id_cancel_%s")
        context["cancel_address"] = reverse("staff:appointment_cancel", args=[found.pk])
    template = "pages/staff/appointment/appointment.html"
    wrong = [one for one in more.values() if isinstance(one, Form)]
    return show(request, template, {**context, **more}, *wrong)
