"""Find an opening: a form that reads as a sentence, and the first openings that fit."""

from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.urls import reverse

from clinics.domain.policy import may
from clinics.services.doors import Answer, StaffRequest, page
from core.problems import Invalid
from pages import phases, words
from pages.forms import DateInput, Form, InlineChoices, show
from patients import selectors as patients
from scheduling import selectors

if TYPE_CHECKING:
    from patients.models import Patient
    from scheduling.domain.openings import Opening

AT_FIRST = 6
AT_MOST = 60
AHEAD = timedelta(days=21)
PARTS = {
    "": ("Any time", None, None),
    "morning": ("Morning", None, time(11, 55)),
    "afternoon": ("Afternoon", time(12), None),
}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class FindForm(Form):
    visit_type = forms.ChoiceField(label="Visit")
    clinician = forms.TypedChoiceField(
        label="With", required=False, coerce=int, empty_value=None
    )
    first = forms.DateField(label="From", widget=DateInput())
    last = forms.DateField(label="Until", widget=DateInput())
    part = forms.ChoiceField(
        label="Time of day",
        required=False,
        choices=[(code, label) for code, (label, _, _) in PARTS.items()],
    )
    weekdays = InlineChoices(
        label="Only on",
        required=False,
        choices=[(str(number), name) for number, name in enumerate(WEEKDAYS)],
    )
    subject = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, clinic_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visit_type, clinician = self.fields["visit_type"], self.fields["clinician"]
        assert isinstance(visit_type, forms.ChoiceField)
        assert isinstance(clinician, forms.ChoiceField)
        types = selectors.visit_types(clinic_id)
        visit_type.choices = [(one.slug, one.name) for one in types]
        people = selectors.resources(clinic_id, "clinician")
        clinician.choices = [("", "Any clinician"), *((c.pk, c.name) for c in people)]


@page(action="opening.read")
def find(request: StaffRequest) -> Answer:
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
        "today": _today(request),
    }
    if patient:
        request.saw(patient.pk)
        context["patient_address"] = reverse("staff:patient", args=[patient.pk])
        context["wait_address"] = _wait_address(request, patient)
    if searched and form.is_valid():
        try:
            context |= _results(request, form.cleaned_data, patient)
        except Invalid as problem:
            form.add_error(None, " ".join(error.detail for error in problem.errors))
    return show(request, "pages/staff/find.html", context, form)


def _wait_address(request: StaffRequest, patient: "Patient") -> str:
    """Where the patient is put on the waiting list for what was searched."""
    if not may(request.membership.role, "waitlist.write").allowed:
        return ""
    slug = request.GET.get("visit_type", "")
    query = {"patient": patient.pk, "waits_for": f"type:{slug}"}
    return f"{reverse('staff:waitlist_new')}?{urlencode(query)}"


def _today(request: StaffRequest) -> date:
    return request.now.astimezone(ZoneInfo(request.clinic.time_zone)).date()


def _patient(request: StaffRequest) -> "Patient | None":
    try:
        patient_id = UUID(request.GET.get("patient", ""))
    except ValueError:
        return None
    return patients.patient(patient_id, request.clinic.pk)


def _initial(request: StaffRequest) -> dict[str, Any]:
    """What a link to this page fills in; else three weeks from today."""
    today = _today(request)
    given = {name: request.GET[name] for name in request.GET if request.GET[name]}
    return {"first": today, "last": today + AHEAD, **given}


def _results(
    request: StaffRequest, asked: dict[str, Any], patient: "Patient | None"
) -> dict[str, Any]:
    shown = request.GET.get("show", "")
    limit = min(int(shown), AT_MOST) if shown.isdecimal() else AT_FIRST
    found = _search(request, asked, patient, limit)
    ask = {name: asked[name] for name in ("visit_type", "clinician", "subject")}
    full = len(found) >= limit
    return {
        "searched": True,
        "openings": [phases.of_opening(opening, ask) for opening in found],
        "ask": ask,
        "full_page": full,
        "more_address": _with(request.GET, show=limit + AT_FIRST)
        if full and limit < AT_MOST
        else "",
        "relaxations": [] if found else _relaxations(request, asked, patient),
    }


def _search(
    request: StaffRequest,
    asked: dict[str, Any],
    patient: "Patient | None",
    limit: int,
) -> "list[Opening]":
    _, earliest, latest = PARTS[asked["part"]]
    wishes = selectors.Wishes(
        earliest=earliest,
        latest=latest,
        weekdays=frozenset(int(number) for number in asked["weekdays"]),
        step_minutes=30,
    )
    return selectors.find_openings(
        clinic_id=request.clinic.pk,
        visit_type=asked["visit_type"],
        from_on=asked["first"],
        to_on=asked["last"],
        now=request.now,
        patient_id=patient.pk if patient else None,
        clinician=asked["clinician"],
        wishes=wishes,
        limit=limit,
    )


def _relaxations(
    request: StaffRequest, asked: dict[str, Any], patient: "Patient | None"
) -> list[dict[str, str]]:
    """One wish dropped at a time, at last all: which leads to an opening, and when."""
    later = asked["last"] + AHEAD
    open_end = f"Until {words.short_day(later)}"
    ways: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        ("Any clinician", {"clinician": None}, {"clinician": ""}),
        ("Any time of day", {"part": ""}, {"part": ""}),
        ("Any weekday", {"weekdays": []}, {"weekdays": ""}),
        (open_end, {"last": later}, {"last": later}),
        (
            f"{open_end}, any clinician, day and time",
            {"clinician": None, "part": "", "weekdays": [], "last": later},
            {"clinician": "", "part": "", "weekdays": "", "last": later},
        ),
    ]
    zone = ZoneInfo(request.clinic.time_zone)
    return [
        {
            "text": f"{name}: first on {words.moment(found[0].start, zone)}",
            "address": _with(request.GET, **query),
        }
        for name, change, query in ways
        if any(asked[field] != value for field, value in change.items())
        and (found := _search(request, asked | change, patient, 1))
    ]


def _with(query: QueryDict, **changes: object) -> str:
    """The same question with some answers changed."""
    changed = query.copy()
    for name, value in changes.items():
        changed.pop(name, None)
        if value != "":
            changed[name] = str(value)
    return f"?{changed.urlencode()}"
