"""For administrators: days on which the clinic or a resource is closed, or open
besides its hours."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from pages.kit import resource_choices
from pages.kit.forms import DayField, Form, InlineChoice, TimeInput, show
from pages.staff.setup.words import after, day_row
from scheduling.absences.effects import Effect, counted
from scheduling.setup import selectors as opening_hours
from scheduling.setup import services as setup

ROWS = 200


class DayForm(Form):
    kind = InlineChoice(
        label="What it is",
        choices=[("closed", "Closed"), ("extra", "Open besides the hours")],
    )
    resource = forms.ChoiceField(label="Whose day", required=False)
    applies_on = DayField(label="Day")
    local_start = forms.TimeField(label="From", required=False, widget=TimeInput())
    local_end = forms.TimeField(label="To", required=False, widget=TimeInput())
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=200,
        help_text="Such as a move or maintenance. No patient names.",
    )

    def offer(self, request: StaffRequest) -> None:
        """The clinic, and its own people, rooms and devices by kind."""
        field = self.fields["resource"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = resource_choices.by_kind(request.clinic.pk, "The whole clinic")
        self.today = request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if typed.get("applies_on") and typed["applies_on"] < self.today:
            self.add_error("applies_on", "Give a day that is not over.")
        untimed = typed.get("local_start") is None and typed.get("local_end") is None
        if typed.get("kind") == "extra" and untimed and not self.errors:
            self.add_error("local_start", "Say from when to when it is open.")
        return typed


@page(action="resource.write")
def days(request: StaffRequest) -> ViewResponse:
    today = request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()
    found = opening_hours.coming_exceptions(request.clinic.pk, today)[:ROWS]
    context = {"rows": [day_row(exception) for exception in found]}
    return TemplateResponse(request, "pages/staff/setup/days.html", context)


@page(action="resource.write")
def day_new(request: StaffRequest) -> ViewResponse:
    form = DayForm(request.POST or None, initial={"kind": "closed"})
    form.offer(request)
    if request.method == "POST" and form.is_valid():
        try:
            effect = _add(request, form)
        except Invalid as problem:
            form.take(problem)
        else:
            messages.success(request, after("Noted.", effect))
            return redirect("staff:days")
    return show(request, "pages/staff/setup/day_new.html", {"form": form}, form)


@page(action="resource.write")
@require_POST
def day_remove(request: StaffRequest, exception_id: int) -> ViewResponse:
    _, effect = counted(
        request.clinic.pk,
        lambda: setup.remove_exception(
            clinic_id=request.clinic.pk,
            exception_id=exception_id,
            by=request.actor,
            now=request.now,
        ),
    )
    messages.success(request, after("Removed; the usual hours apply.", effect))
    return redirect("staff:days")


def _add(request: StaffRequest, form: DayForm) -> Effect:
    typed = dict(form.cleaned_data)
    chosen = typed.pop("resource")
    _, effect = counted(
        request.clinic.pk,
        lambda: setup.add_exception(
            clinic_id=request.clinic.pk,
            resource_id=int(chosen) if chosen else None,
            **typed,
            by=request.actor,
            now=request.now,
        ),
    )
    return effect
