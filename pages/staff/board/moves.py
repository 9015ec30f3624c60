"""Moves made on the board: what one would change, and making it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.web.views import StaffRequest, ViewResponse, page
from core import journal
from core.problems import FieldError, Invalid, NotFound, StaleVersion
from core.refusal import Refused
from pages.kit import words
from pages.kit.forms import Form
from pages.staff.board import drops, lanes
from pages.staff.board.drops import Drop
from scheduling import selectors
from scheduling.booking.errors import PatientBusy, ReasonNeeded, SlotTaken

if TYPE_CHECKING:
    from scheduling.models import Appointment

A_DAY = 24 * 60


class ShiftForm(Form):
    """Minutes by which a visit is moved on its day, earlier or later; and from which
    of its resources to which other, by id."""

    shift = forms.IntegerField(min_value=-A_DAY, max_value=A_DAY)
    lane = forms.IntegerField(min_value=1, required=False)
    to = forms.IntegerField(min_value=1, required=False)


class MoveForm(ShiftForm):
    version = forms.IntegerField(min_value=1)


@page(action="appointment.move")
def shift(request: StaffRequest, appointment_id: UUID) -> ViewResponse:
    """GET says what the move would change, POST makes it; both as a fragment."""
    visit = _found(request, appointment_id)
    if request.method == "POST":
        return _make(request, visit)
    form = ShiftForm(request.GET)
    if not form.is_valid():
        raise _unreadable(form)
    try:
        drop = _drop(visit, form)
        found = drop.preview(request.now)
    except Invalid as problem:
        return _say(request, "no", problem.detail)
    outcome, text = drops.outcome(found, drop)
    if outcome != "no" and found.says_why:
        return _ask_why(request, drop, text)
    return _say(request, outcome, text)


def _make(request: StaffRequest, visit: "Appointment") -> ViewResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise _unreadable(form)
    if form.cleaned_data["version"] != visit.version:
        return _say(request, "no", _changed_by(request, visit), status=409)
    return _drop_here(request, visit, form)


def _drop_here(
    request: StaffRequest, visit: "Appointment", form: MoveForm
) -> ViewResponse:
    try:
        drop = _drop(visit, form)
        if drop.lane and (why := _why_not(drop, request.now)):
            return _say(request, "no", why, status=409)
        moved = drop.make(visit.version, request.actor, request.now)
    except StaleVersion:
        return _say(request, "no", _changed_by(request, visit), status=409)
    except ReasonNeeded:
        return _ask_why(request, drop, status=409)
    except SlotTaken as problem:
        return _say(request, "no", drops.taken(problem, drop), status=409)
    except (PatientBusy, Invalid) as problem:
        return _say(request, "no", problem.detail, status=409)
    if isinstance(moved, Refused):
        why = " ".join(reason.text for reason in moved.reasons)
        return _say(request, "no", why, status=409)
    return _say(request, "moved", drops.made(moved, drop), visit=moved)


def _drop(visit: "Appointment", form: ShiftForm) -> Drop:
    old, new = form.cleaned_data["lane"], form.cleaned_data["to"]
    lane = lanes.chosen(visit, old, new) if old and new else None
    return Drop(visit, timedelta(minutes=form.cleaned_data["shift"]), lane)


def _why_not(drop: Drop, now: datetime) -> str:
    """The services only prefer a resource; here a lane is taken, or it is refused."""
    said, text = drops.outcome(drop.preview(now), drop)
    return text if said == "no" else ""


def _ask_why(
    request: StaffRequest, drop: Drop, found: str = "", status: int = 200
) -> ViewResponse:
    """No reason is given on the board: the form that asks for one goes on from here."""
    notice, address = drop.form()
    text = f"{found} {notice}".strip()
    return _say(request, "no", text, form_address=address, status=status)


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
    request.record_access(found.patient_id)
    return found


def _unreadable(form: Form) -> Invalid:
    return Invalid(
        [
            FieldError(f"/{name}", str(fault))
            for name, faults in form.errors.items()
            for fault in faults
        ]
    )


def _say(
    request: StaffRequest,
    outcome: str,
    text: str,
    *,
    visit: "Appointment | None" = None,
    form_address: str = "",
    status: int = 200,
) -> ViewResponse:
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
    template = "pages/staff/board/board_move.html"
    return TemplateResponse(request, template, context, status=status)
