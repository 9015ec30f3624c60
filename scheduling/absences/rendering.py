"""Absences and conflicts as the REST answers show them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.models import Absence, Conflict


def absence_json(absence: Absence) -> dict[str, Any]:
    """An absence; times in the clinic's zone."""
    zone = ZoneInfo(absence.resource.clinic.time_zone)
    return {
        "id": str(absence.pk),
        "resource": absence.resource_id,
        "name": absence.resource.name,
        "kind": absence.kind,
        "reason": absence.reason,
        "start": _iso(absence.period.lower, zone),
        "end": _iso(absence.period.upper, zone),
        "ended_at": _iso(absence.ended_at, zone),
        "version": absence.version,
    }


def conflict_json(conflict: Conflict) -> dict[str, Any]:
    visit = conflict.appointment
    zone = ZoneInfo(visit.time_zone)
    return {
        "id": conflict.pk,
        "appointment": str(visit.pk),
        "patient": str(visit.patient_id),
        "visit_type": visit.visit_type.slug,
        "start": _iso(visit.start, zone),
        "version": visit.version,
        "cause": conflict.cause,
        "detail": conflict.detail,
        "absence": str(conflict.absence_id) if conflict.absence_id else None,
        "resource": conflict.resource_id,
        "opened_at": _iso(conflict.opened_at, zone),
        "resolved_at": _iso(conflict.resolved_at, zone),
        "resolution": conflict.resolution,
        "reason": conflict.resolution_reason,
    }


def _iso(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return instant.astimezone(zone).isoformat() if instant else None
