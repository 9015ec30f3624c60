"""Moves made on the board: what one would change, and making it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.services.doors import Answer, StaffRequest, page
from core import journal
from core.problems import FieldError, Invalid, NotFound, StaleVersion
from core.refusal import Refused
from pages import words
from pages.forms import Form
from scheduling import selectors
from scheduling.domain.short_notice import NEAR_MOVE
from scheduling.services import booking
from scheduling.services.problems import PatientBusy, ReasonNeeded, SlotTaken

if TYPE_CHECKING:
    from scheduling.models import Appointment
    from scheduling.services.previewing import Preview

A_DAY = 24 * 60


class ShiftForm(Form):
    """How far a visit is moved on its day, in minutes, earlier or later."""

    shift = forms.IntegerField(min_value=-A_DAY, max_value=A_DAY)


class MoveForm(ShiftForm):
    version = forms.IntegerField(min_value=1)


@page(action="appointment.move")
def shift(request: StaffRequest, appointment_id: UUID) -> Answer:
    """GET says what the move would change, POST makes it; both as a fragment."""
    visit = _found(request, appointment_id)
    if request.method == "POST":
        return _make(request, visit)
    form = ShiftForm(request.GET)
    if not form.is_valid():
        raise _unreadable(form)
    start = visit.start + timedelta(minutes=form.cleaned_data["shift"])
    try:
        found = booking.preview_move(
            appointment_id=visit.pk,
            clinic_id=request.clinic.pk,
            start=start,
            now=request.now,
        )
    except Invalid as problem:
        return _say(request, "no", problem.detail)
    outcome, text = _outcome(found, _zone(request))
    if found.says_why:
        return _ask_why(request, visit, start, text)
    return _say(request, outcome, text)


def _make(request: StaffRequest, visit: "Appointment") -> Answer:
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise _unreadable(form)
    start = visit.start + timedelta(minutes=form.cleaned_data["shift"])
    try:
        moved = booking.move(
            appointment_id=visit.pk,
            clinic_id=request.clinic.pk,
            start=start,
            version=form.cleaned_data["version"],
            by=request.actor,
            now=request.now,
        )
    except StaleVersion:
        return _say(request, "no", _changed_by(request, visit), status=409)
    except ReasonNeeded:
        return _ask_why(request, visit, start, status=409)
    except (SlotTaken, PatientBusy, Invalid) as problem:
        return _say(request, "no", problem.detail, status=409)
    if isinstance(moved, Refused):
        why = " ".join(reason.text for reason in moved.reasons)
        return _say(request, "no", why, status=409)
    at = words.clock_time(moved.start, _zone(request))
    return _say(request, "moved", f"Moved to {at}. Undo available", visit=moved)


def _ask_why(
    request: StaffRequest,
    visit: "Appointment",
    start: datetime,
    found: str = "",
    status: int = 200,
) -> Answer:
    """No reason is given on the board: the form that asks for one goes on from here."""
    preview = reverse("staff:appointment_move_preview", args=[visit.pk])
    address = f"{preview}?{urlencode({'start': start.isoformat()})}"
    text = f"{found} {NEAR_MOVE} Say why, on the form.".strip()
    return _say(request, "no", text, form_address=address, status=status)


def _outcome(found: "Preview", zone: ZoneInfo) -> tuple[str, str]:
    """ "ok", "changes" (of resources, too) or "no", and the words for it."""
    if found.changed is None:
        why = " ".join(reason.text for reason in found.reasons)
        return "no", f"{why}{_next_best(found, zone)}"
    at = words.clock_time(found.start, zone)
    swaps = [
        f"{old.name if old else 'nobody'} becomes {new.name if new else 'nobody'}"
        for phase in found.changed.replaced
        for old, new in phase.replaced
    ]
    if not swaps:
        return "ok", f"Free at {at}."
    return "changes", f"Free at {at}; {', '.join(dict.fromkeys(swaps))}."


def _next_best(found: "Preview", zone: ZoneInfo) -> str:
    if not found.alternatives:
        return ""
    start = found.alternatives[0].start
    return f" Next: {words.moment(start, zone, found.start)}."


def _changed_by(request: StaffRequest, visit: "Appointment") -> str:
    last = journal.entries(f"appointment:{visit.pk}").last()
    who = (last.actor_name or "somebody else") if last else "somebody else"
    ago = _ago(request.now - last.occurred_at) if last else "just now"
    return f"Changed by {who} {ago}. The board shows it as it is now."


def _ago(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    return f"{seconds} s ago" if seconds < 60 else f"{words.distance(length)} ago"


def _found(request: StaffRequest, appointment_id: UUID) -> "Appointment":
    found = selectors.appointment(appointment_id, request.clinic.pk)
    if found is None:
        raise NotFound("There is no such visit at this clinic.")
    request.saw(found.patient_id)
    return found


def _unreadable(form: Form) -> Invalid:
    return Invalid(
        [
            FieldError(f"/{name}", str(fault))
            for name, faults in form.errors.items()
            for fault in faults
        ]
    )


def _zone(request: StaffRequest) -> ZoneInfo:
    return ZoneInfo(request.clinic.time_zone)


def _say(
    request: StaffRequest,
    outcome: str,
    text: str,
    *,
    visit: "Appointment | None" = None,
    form_address: str = "",
    status: int = 200,
) -> Answer:
    context: dict[str, Any] = {
        "outcome": outcome,
        "text": text,
        "moved": visit,
        "form_address": form_address,
    }
    if visit:
        context["undo_address"] = reverse(
            "staff:appointment_undo_move", args=[visit.pk]
        )
    template = "pages/staff/board_move.html"
    return TemplateResponse(request, template, context, status=status)
