"""Phases of a visit as they went, beside the plan, on the visit's page."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from clinics.domain.policy import may
from clinics.web.views import StaffRequest
from pages.staff.board import late
from scheduling import selectors

if TYPE_CHECKING:
    from scheduling.models import Appointment
    from scheduling.selectors import PhaseRow

TAKES_PLACE = frozenset({"checked-in", "fulfilled"})


def context(request: StaffRequest, visit: "Appointment") -> dict[str, Any] | None:
    """The section of the visit's page; None while nothing can be on record."""
    if visit.status not in TAKES_PLACE:
        return None
    zone = ZoneInfo(visit.time_zone)
    expected = _expected(request, visit)
    # What the run sheet records is corrected there.
    may_record = (
        may(request.membership.role, "phase.record").allowed
        and not visit.visit_type.requires_decision
    )
    under_way = visit.status == "checked-in"
    return {
        "by_run_sheet": visit.visit_type.requires_decision,
        "rows": [
            {
                "position": row.position,
                "name": row.name,
                "planned_start": row.planned_start,
                "planned_end": row.planned_end,
                "started": row.started_at,
                "ended": row.ended_at,
                "late": late.mark(expected.get(row.position), zone),
                "may_begin": may_record and under_way and not row.started_at,
                "may_end": may_record and under_way and _goes_on(row),
                "may_correct": may_record and row.started_at is not None,
                "address": _address("visit_phase", visit, row),
                "correct_address": _address("visit_phase_correct", visit, row),
            }
            for row in selectors.phase_records(visit.pk)
        ],
    }


def _goes_on(row: "PhaseRow") -> bool:
    return row.started_at is not None and row.ended_at is None


def _address(name: str, visit: "Appointment", row: "PhaseRow") -> str:
    return reverse(f"staff:{name}", args=[visit.pk, row.position])


def _expected(request: StaffRequest, visit: "Appointment") -> dict[int, Any]:
    on = visit.start.astimezone(ZoneInfo(visit.time_zone)).date()
    known = selectors.day_projection(request.clinic.pk, on, request.now)
    return dict(known.of(visit.pk))
