"""Moving one visit: what it would change, the move itself, and back again."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinics.web.views import StaffRequest, ViewResponse, page
from core.problems import Invalid
from core.refusal import Refused
from pages.kit import phases, start_choices
from pages.kit.forms import Form, area
from pages.staff.appointment import views as appointments
from pages.staff.appointment.page import replaced_words
from pages.staff.appointment.views import WhenForm
from pages.staff.book import taken
from pages.staff.find.reasons import in_the_way
from scheduling.booking import book
from scheduling.booking.errors import PatientBusy, ReasonNeeded, SlotTaken
from scheduling.booking.short_notice import NEAR_MOVE
from scheduling.timegrid.reach import in_reach

if TYPE_CHECKING:
    from scheduling.booking.preview import Preview
    from scheduling.models import Appointment


class ReasonForm(Form):
    """The reason for changing a visit; `notice` says why it is needed."""

    reason = forms.CharField(
        label="Reason", required=False, max_length=300, widget=area()
    )

    def __init__(self, *args: Any, notice: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = bool(notice)
        if notice:
            because = f"Needed, because {notice[0].lower()}{notice[1:]}"
            self.fields["reason"].help_text = because


@page(action="appointment.move")
@require_GET
def preview(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    found = appointments.found_visit(request, appointment_id)
    asked = _asked(request.GET)
    if isinstance(asked, WhenForm):
        return appointments.show_visit(request, found, move_form=asked)
    try:
        return _preview(request, found, asked)
    except Invalid as problem:
        return _cannot_be_meant(request, found, request.GET, problem)


@page(action="appointment.move")
@require_POST
def move(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    found = appointments.found_visit(request, appointment_id)
    asked = _asked(request.POST)
    if isinstance(asked, WhenForm):
        return appointments.show_visit(request, found, move_form=asked)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            return _preview(request, found, asked, form)
        moved = book.move(
            appointment_id=appointment_id,
            clinic_id=request.clinic.pk,
            start=asked,
            version=appointments.version_of(request, found),
            reason=form.cleaned_data["reason"],
            by=request.actor,
            now=request.now,
        )
    except (SlotTaken, PatientBusy) as problem:
        return taken.page(request, problem, taken.to_move(found))
    except ReasonNeeded:
        form = ReasonForm(request.POST, notice=NEAR_MOVE)
        return _preview(request, found, asked, form)
    except Invalid as problem:
        return _cannot_be_meant(request, found, request.POST, problem)
    return appointments.done(request, moved, "The visit is moved.")


@page(action="appointment.move")
@require_POST
def undo(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    found = appointments.found_visit(request, appointment_id)
    try:
        back = book.undo_move(
            appointment_id=appointment_id,
            clinic_id=request.clinic.pk,
            version=appointments.version_of(request, found),
            by=request.actor,
            now=request.now,
        )
    except (SlotTaken, PatientBusy) as problem:
        return taken.page(request, problem, taken.to_move(found))
    except Invalid:
        messages.error(request, "Nothing could be taken back: nothing else is free.")
        return redirect("staff:appointment", found.pk)
    if isinstance(back, Refused):
        return back
    messages.success(request, "The change is undone.")
    if request.POST.get("back") == "board":
        zone = ZoneInfo(request.clinic.time_zone)
        return redirect("staff:board_on", back.start.astimezone(zone).date())
    return redirect("staff:appointment", back.pk)


def _asked(fields: QueryDict) -> "datetime | WhenForm":
    """The start: an instant where one was chosen, else the clinic's wall clock; the
    form where neither can be read."""
    try:
        return datetime.fromisoformat(fields.get("start", ""))
    except ValueError:
        pass
    form = WhenForm(fields)
    if not form.is_valid():
        return form
    return datetime.combine(form.cleaned_data["on"], form.cleaned_data["at"])


def _cannot_be_meant(
    request: StaffRequest, found: "Appointment", fields: QueryDict, problem: Invalid
) -> ViewResponse:
    """The visit's page: what is wrong with the start, and those that can be meant."""
    form = WhenForm(fields if fields.get("on") else _wall_clock(request, fields))
    form.is_valid()
    form.add_error("at", " ".join(error.detail for error in problem.errors))
    address = reverse("staff:appointment_move_preview", args=[found.pk])
    instead = [
        {**choice, "address": f"{address}?{urlencode({'start': choice['start']})}"}
        for choice in start_choices.of(problem, ZoneInfo(request.clinic.time_zone))
    ]
    return appointments.show_visit(request, found, move_form=form, move_choices=instead)


def _wall_clock(request: StaffRequest, fields: QueryDict) -> dict[str, str]:
    start = datetime.fromisoformat(fields.get("start", ""))
    if start.tzinfo is not None and in_reach(start):
        start = start.astimezone(ZoneInfo(request.clinic.time_zone))
    return {"on": f"{start:%Y-%m-%d}", "at": f"{start:%H:%M}"}


def _preview(
    request: StaffRequest,
    found: "Appointment",
    start: datetime,
    form: ReasonForm | None = None,
) -> ViewResponse:
    seen = book.preview_move(
        appointment_id=found.pk,
        start=start,
        clinic_id=request.clinic.pk,
        now=request.now,
    )
    zone = ZoneInfo(request.clinic.time_zone)
    context = {
        "visit": found,
        "patient": found.patient,
        "patient_address": reverse("staff:patient", args=[found.patient_id]),
        "today": request.now.astimezone(zone).date(),
        "visit_type": found.visit_type.name,
        "start": seen.start,
        "changed": seen.changed,
        "rows": rows(seen),
        "reasons": seen.reasons,
        "in_the_way": in_the_way(seen.why, zone, request.now),
        "form": form or ReasonForm(notice=NEAR_MOVE if seen.says_why else ""),
        "moving": found,
        "openings": [phases.of_opening(one, {}) for one in seen.alternatives],
        "visit_address": reverse("staff:appointment", args=[found.pk]),
        "move_address": reverse("staff:appointment_move", args=[found.pk]),
    }
    status = 422 if form is not None else 200
    template = "pages/staff/appointment/move_preview.html"
    return TemplateResponse(request, template, context, status=status)


def rows(seen: "Preview") -> list[dict[str, Any]]:
    """Each phase with who stays, and who takes whose place."""
    if seen.changed is None:
        return []
    return [
        {
            "name": phase.phase,
            "kept": [one.name for one in phase.kept],
            "replaced": replaced_words(phase.replaced),
        }
        for phase in seen.changed.phases
    ]
