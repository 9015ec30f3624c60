"""Find an opening: a form that reads as a sentence, the first openings that fit, and
for every day without one the reason."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.template.defaultfilters import pluralize
from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from pages.kit import numbers, phases
from pages.kit.forms import show
from pages.staff.find import reasons
from pages.staff.find.form import PARTS, FindForm, question
from pages.staff.find.length import length
from patients import selectors as patients
from scheduling import selectors
from scheduling.openings.ranking import why

if TYPE_CHECKING:
    from patients.models import Patient

AT_FIRST = 5
AT_MOST = 60
AHEAD = timedelta(days=21)
# What the hidden fields of a card say again.
_ASKED = (
    "visit_type",
    "clinician",
    "prefer",
    "without",
    "subject",
    "targets",
    "sedation",
)
# What somebody who waits still wants.
_WAITED = (
    "clinician",
    "without",
    "subject",
    "targets",
    "sedation",
    "image_guided_harvest",
)


@page(action="opening.read")
def find(request: StaffRequest) -> ViewResponse:
    query = request.GET
    patient = _patient(request)
    searched = "search" in query
    form = FindForm(
        query if searched else None,
        initial=_initial(request),
        clinic_id=request.clinic.pk,
    )
    context: dict[str, Any] = {
        "form": form,
        "patient": patient,
        "searched": False,
        "live": "HX-Request" in request.headers,
        "today": _today(request),
    }
    if patient:
        request.record_access(patient.pk)
        context["patient_address"] = reverse("staff:patient", args=[patient.pk])
        context["wait_address"] = _wait_address(request, patient)
    if searched and form.is_valid():
        try:
            context |= _results(request, form, patient)
        except Invalid as problem:
            form.take(problem)
    template = "find_found.html" if context["live"] else "find.html"
    return show(request, f"pages/staff/find/{template}", context, form)


def _wait_address(request: StaffRequest, patient: "Patient") -> str:
    """The address that puts the patient on the waiting list for this search."""
    if not may(request.membership.role, "waitlist.write").allowed:
        return ""
    asked = request.GET
    query: dict[str, Any] = {
        "patient": patient.pk,
        "waits_for": f"type:{asked.get('visit_type', '')}",
    }
    query |= {name: asked[name] for name in _WAITED if asked.get(name)}
    query |= {"weekdays": days} if (days := asked.getlist("weekdays")) else {}
    _, earliest, latest = PARTS.get(asked.get("part", ""), PARTS[""])
    query |= {"earliest": f"{earliest:%H:%M}"} if earliest else {}
    query |= {"latest": f"{latest:%H:%M}"} if latest else {}
    return f"{reverse('staff:waitlist_new')}?{urlencode(query, doseq=True)}"


def _today(request: StaffRequest) -> date:
    return request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()


def _patient(request: StaffRequest) -> "Patient | None":
    try:
        patient_id = UUID(request.GET.get("patient", ""))
    except ValueError:
        return None
    return patients.patient(patient_id, request.clinic.pk)


def _initial(request: StaffRequest) -> dict[str, Any]:
    """Values that a link to this page fills in; else three weeks from today."""
    today = _today(request)
    given = {name: request.GET[name] for name in request.GET if request.GET[name]}
    return {"first": today, "last": today + AHEAD, **given}


def _results(
    request: StaffRequest, form: FindForm, patient: "Patient | None"
) -> dict[str, Any]:
    limit = min(numbers.read(request.GET.get("show", ""), AT_FIRST), AT_MOST)
    asking = question(
        form,
        clinic_id=request.clinic.pk,
        patient_id=patient.pk if patient else None,
        now=request.now,
        limit=max(limit, 1),
    )
    kind = selectors.visit_kind(
        clinic_id=asking.clinic_id, visit_type=asking.visit_type
    )
    explained = selectors.explain_openings(asking)
    voice = reasons.says(explained.zone, _today(request))
    full = len(explained.openings) >= limit
    asked = form.cleaned_data
    ask = {name: asked[name] for name in _ASKED}
    return {
        "searched": True,
        "length": length(kind, asking.variation),
        "openings": [
            phases.of_opening(one, ask) | {"why": why(one, voice.zone, voice.clock)}
            for one in explained.openings
        ],
        "ask": ask | {"image_guided_harvest": asked["image_guided_harvest"]},
        "how_many": _how_many(len(explained.openings), full),
        "more_address": reasons.changed(request.GET, show=limit + AT_FIRST)
        if full and limit < AT_MOST
        else "",
        "skipped": reasons.skipped(explained, voice),
        "skipped_days": len(explained.rejected),
        "ways": reasons.ways(explained, request.GET, voice),
    }


def _how_many(found: int, full: bool) -> str:
    if full:
        return f"The first {found} openings"
    if found:
        return f"{found} opening{pluralize(found)}"
    return "No opening fits"
