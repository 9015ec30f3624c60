"""For administrators: the weekly hours of the clinic, and of one resource."""

from calendar import day_name
from datetime import time
from typing import Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid, NotFound
from pages.kit.forms import Form, TimeInput, show
from pages.staff.setup.words import after
from scheduling import selectors
from scheduling.absences.effects import counted
from scheduling.setup import selectors as opening_hours
from scheduling.setup import services as setup

STRETCHES = 2  # a day, and one break in it
_LABELS = (("Opens", "Closes"), ("Opens again", "Closes again"))
Hours = dict[int, list[tuple[time, time]]]


class WeekForm(Form):
    """Two stretches for each day; a day left empty is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in range(7):
            for nth, labels in enumerate(_LABELS):
                for name, label in zip(_names(weekday, nth), labels, strict=True):
                    self.fields[name] = forms.TimeField(
                        label=f"{day_name[weekday]} {label.lower()}",
                        required=False,
                        widget=TimeInput(),
                    )

    def clean(self) -> dict[str, Any]:
        for weekday in range(7):
            for nth in range(STRETCHES):
                self._check_pair(*_names(weekday, nth))
        return self.cleaned_data

    def _check_pair(self, start: str, end: str) -> None:
        if self.errors.keys() & {start, end}:
            return
        typed = [self.cleaned_data.get(name) is not None for name in (start, end)]
        if any(typed) and not all(typed):
            missing = end if typed[0] else start
            self.add_error(missing, "Give both times, or neither.")

    def hours(self) -> Hours:
        found: Hours = {}
        for weekday in range(7):
            for nth in range(STRETCHES):
                start, end = (self.cleaned_data[n] for n in _names(weekday, nth))
                if start is not None:
                    found.setdefault(weekday, []).append((start, end))
        return found

    def days(self) -> list[dict[str, Any]]:
        """For the template: each day with its rows of two fields."""
        return [
            {
                "name": day_name[weekday],
                "rows": [
                    [self[name] for name in _names(weekday, nth)]
                    for nth in range(STRETCHES)
                ],
            }
            for weekday in range(7)
        ]


@page(action="resource.write")
def clinic_hours(request: StaffRequest) -> ViewResponse:
    return _hours_page(request, None, "Clinic hours")


@page(action="resource.write")
def own_hours(request: StaffRequest, resource_id: int) -> ViewResponse:
    resource = selectors.resource(resource_id, request.clinic.pk)
    if resource is None:
        raise NotFound("There is no such resource at this clinic.")
    return _hours_page(request, resource_id, f"Hours of {resource.name}")


def _hours_page(
    request: StaffRequest, resource_id: int | None, title: str
) -> ViewResponse:
    week = opening_hours.week(request.clinic.pk, resource_id)
    sent = request.POST if request.method == "POST" else None
    form = WeekForm(sent, initial=_initial(week))
    if request.method == "POST" and form.is_valid():
        hours = form.hours()
        if not hours and resource_id is None:
            form.add_error(None, "Give the hours of one day at least.")
        else:
            try:
                return _save(request, resource_id, title, hours)
            except Invalid as problem:
                form.take(problem)
    context = {
        "form": form,
        "days": form.days(),
        "title": title,
        "of_clinic": resource_id is None,
        "cut": max(map(len, week.values()), default=0) > STRETCHES,
    }
    return show(request, "pages/staff/setup/hours.html", context, form)


def _save(
    request: StaffRequest, resource_id: int | None, title: str, hours: Hours
) -> ViewResponse:
    _, effect = counted(
        request.clinic.pk,
        lambda: setup.set_hours(
            clinic_id=request.clinic.pk,
            resource_id=resource_id,
            hours=hours,
            by=request.actor,
            now=request.now,
        ),
    )
    messages.success(request, after(f"{title}: saved.", effect))
    return redirect("staff:resources")


def _initial(week: opening_hours.Week) -> dict[str, time]:
    return {
        name: at
        for weekday, stretches in week.items()
        for nth, stretch in enumerate(stretches[:STRETCHES])
        for name, at in zip(_names(weekday, nth), stretch, strict=True)
    }


def _names(weekday: int, nth: int) -> tuple[str, str]:
    return f"day{weekday}_{nth}_start", f"day{weekday}_{nth}_end"
