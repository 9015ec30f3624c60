"""Planned and actual: how long the phases of each visit type really take."""

from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from clinics.web.views import StaffRequest, ViewResponse, page
from pages.kit.forms import DayField, Form, show
from scheduling import selectors

USUAL_DAYS = 90


class WindowForm(Form):
    first = DayField(label="From")
    last = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is not before the first.")
        return given


@page(action="resource.read")
def durations(request: StaffRequest) -> ViewResponse:
    """By visit type and phase, over the last ninety days or those asked for."""
    today = request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()
    usual = {"first": today - timedelta(days=USUAL_DAYS - 1), "last": today}
    form = WindowForm(request.GET if "first" in request.GET else usual)
    types = []
    if form.is_valid():
        types = _types(request, form.cleaned_data["first"], form.cleaned_data["last"])
    context = {"form": form, "types": types}
    return show(request, "pages/staff/setup/durations.html", context, form)


def _types(request: StaffRequest, first: date, last: date) -> list[dict[str, Any]]:
    rows = selectors.phase_durations(request.clinic.pk, first, last)
    return [
        {"name": name, "rows": list(of_type)}
        for name, of_type in groupby(rows, attrgetter("visit_type_name"))
    ]
