"""Repair plans as REST answers show them; times in the clinic's zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.models import RepairLine, RepairPlan
from scheduling.repair import selectors


def plan_json(plan: RepairPlan) -> dict[str, Any]:
    """A plan with its lines, and how far it is."""
    zone = ZoneInfo(plan.absence.resource.clinic.time_zone)
    progress = selectors.progress(plan)
    return {
        "id": str(plan.pk),
        "absence": str(plan.absence_id),
        "state": plan.state,
        "stage": plan.stage,
        "method": plan.method,
        "because": plan.because,
        "version": plan.version,
        "progress": {
            "done": progress.done,
            "failed": progress.failed,
            "total": progress.total,
        },
        "undo_until": _iso(selectors.undo_until(plan), zone),
        "lines": [line_json(line, zone) for line in selectors.lines(plan)],
    }


def line_json(line: RepairLine, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "position": line.position,
        "turn": line.turn,
        "after": line.after,
        "appointment": str(line.appointment_id),
        "patient": str(line.appointment.patient_id),
        "conflict": line.conflict_id,
        "agreed_start": _iso(line.appointment.start, zone),
        "way": line.way,
        "start": _iso(line.start, zone),
        "reservations": [
            {"resource": c["resource"], "start": c["start"], "end": c["end"]}
            for c in line.claims
        ],
        "locked": line.locked,
        "state": line.state,
        "detail": line.detail,
    }


def _iso(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return instant.astimezone(zone).isoformat() if instant else None
