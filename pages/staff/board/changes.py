"""Recent changes of a day: what was moved, by whom, and taking it back."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.template.response import TemplateResponse
from django.urls import reverse

from clinics.web.views import StaffRequest, ViewResponse, page
from scheduling.booking.move_history import moves_of_day, who_moved
from scheduling.booking.transitions import reason_against_undo

if TYPE_CHECKING:
    from uuid import UUID

    from scheduling.models import AppointmentMove


@page(action="appointment.move")
def changes(request: StaffRequest, on: date) -> ViewResponse:
    """The latest first; a visit's latest move that stands has its Undo."""
    zone = ZoneInfo(request.clinic.time_zone)
    days = (on, on + timedelta(days=1))
    start, end = (datetime.combine(d, time(), zone).astimezone(UTC) for d in days)
    found = moves_of_day(request.clinic.pk, start, end)
    request.record_access(
        *{move.appointment.patient_id for move in found}, deliberate=False
    )
    context = {
        "on": on,
        "board_address": reverse("staff:board_on", args=[on]),
        "changes": list(_rows(request, found)),
    }
    return TemplateResponse(request, "pages/staff/board/board_changes.html", context)


def _rows(
    request: StaffRequest, found: "list[AppointmentMove]"
) -> "list[dict[str, Any]]":
    names = who_moved(found)
    latest: dict[UUID, int] = {}
    for move in found:
        if move.undone_at is None:
            latest.setdefault(move.appointment_id, move.pk)
    return [
        {
            "at": move.moved_at,
            "who": _who(move, names.get(move.pk, "")),
            "patient": move.appointment.patient.full_name,
            "visit_type": move.appointment.visit_type.name,
            "address": reverse("staff:appointment", args=[move.appointment_id]),
            "before": move.from_during.lower,
            "after": move.to_during.lower,
            "resources_only": move.from_during == move.to_during,
            "reason": move.reason,
            "undone": move.undone_at is not None,
            "version": move.appointment.version,
            "undo_address": _undo_address(request, move, latest),
        }
        for move in found
    ]


def _who(move: "AppointmentMove", name: str) -> str:
    """The name at the time; patients have none in the journal, jobs are no people."""
    kind = move.moved_by.partition(":")[0]
    return {"patient": "the patient", "job": "automatically"}.get(kind) or (
        name or "somebody else"
    )


def _undo_address(
    request: StaffRequest, move: "AppointmentMove", latest: "dict[UUID, int]"
) -> str:
    """Empty for what is undone, not the latest, or over."""
    if latest.get(move.appointment_id) != move.pk:
        return ""
    if reason_against_undo(move.appointment, move, request.now):
        return ""
    return reverse("staff:appointment_undo_move", args=[move.appointment_id])
