"""For administrators: the clinic's resources with their hours."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.web.views import StaffRequest, ViewResponse, page
from pages.kit.words import sentence
from pages.staff.setup.words import clock
from scheduling import selectors
from scheduling.absences.selectors import to_decide
from scheduling.resources.kinds import plural_title

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@page(action="resource.write")
def resources(request: StaffRequest) -> ViewResponse:
    found = selectors.resources_with_hours(request.clinic.pk)
    of_clinic = selectors.clinic_hours(request.clinic.pk)
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for resource in found:
        own = list(resource.opening_hours.all())
        kinds[resource.kind].append(
            {
                "name": resource.name,
                "capabilities": ", ".join(map(sentence, resource.capabilities)),
                "hours": hours(own) if own else "As the clinic",
                "hours_address": reverse("staff:resource_hours", args=[resource.pk]),
                "retire_address": reverse("staff:resource_retire", args=[resource.pk]),
            }
        )
    context = {
        "groups": [
            {"name": plural_title(k), "rows": rows} for k, rows in kinds.items()
        ],
        "clinic_hours": hours(of_clinic),
        "to_decide": len(to_decide(request.clinic.pk)),
    }
    return TemplateResponse(request, "pages/staff/setup/resources.html", context)


def hours(rows: Iterable[Any]) -> str:
    """ "Mon–Fri 8:00 AM–5:00 PM; Sat 8:00 AM–12:00 PM"."""
    days: dict[int, list[str]] = defaultdict(list)
    ordered = sorted(rows, key=lambda row: (row.weekday, row.local_start))
    for row in ordered:
        stretch = f"{clock(row.local_start)}–{clock(row.local_end)}"
        days[row.weekday].append(stretch)
    runs: list[tuple[int, int, str]] = []
    for weekday, stretches in days.items():
        text = ", ".join(stretches)
        if runs and runs[-1][1] == weekday - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], weekday, text)
        else:
            runs.append((weekday, weekday, text))
    return "; ".join(f"{_days(first, last)} {text}" for first, last, text in runs)


def _days(first: int, last: int) -> str:
    if first == last:
        return WEEKDAYS[first]
    return f"{WEEKDAYS[first]}–{WEEKDAYS[last]}"
