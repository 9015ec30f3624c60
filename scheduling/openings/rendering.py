"""Openings, resources and visit types as REST answers show them, in local time."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.models import Resource, VisitType
from scheduling.openings.candidates import Opening, OpeningPhase, ResourceRef
from scheduling.openings.ranking import why


def _iso(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()


def opening_json(opening: Opening, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "start": _iso(opening.start, zone),
        "end": _iso(opening.end, zone),
        "phases": [_phase_json(phase, zone) for phase in opening.phases],
        "why": why(opening, zone),
    }


def _phase_json(phase: OpeningPhase, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "name": phase.name,
        "start": _iso(phase.start, zone),
        "end": _iso(phase.end, zone),
        "resources": [ref_json(ref) for ref in phase.resources],
    }


def ref_json(ref: ResourceRef | None) -> dict[str, Any] | None:
    return {"id": ref.id, "kind": ref.kind, "name": ref.name} if ref else None


def resource_json(resource: Resource) -> dict[str, Any]:
    return {
        "id": resource.pk,
        "kind": resource.kind,
        "name": resource.name,
        "capabilities": resource.capabilities,
        "active": resource.active,
    }


def visit_type_json(visit_type: VisitType) -> dict[str, Any]:
    """A type with its phases and needs; times in minutes from arrival."""
    phases = list(visit_type.phases.all())
    ends = [phase.offset_minutes + phase.duration_minutes for phase in phases]
    return {
        "id": visit_type.pk,
        "slug": visit_type.slug,
        "version": visit_type.version,
        "name": visit_type.name,
        "minutes": max(ends),
        "in_person": visit_type.in_person,
        "requires_decision": visit_type.requires_decision,
        "minimum_lead_minutes": int(visit_type.minimum_lead.total_seconds() // 60),
        "phases": [
            {
                "name": phase.name,
                "offset_minutes": phase.offset_minutes,
                "duration_minutes": phase.duration_minutes,
                "min_duration_minutes": phase.min_duration_minutes,
                "max_duration_minutes": phase.max_duration_minutes,
                "minutes_per_target": phase.minutes_per_target,
                "sedation_minutes": phase.sedation_minutes,
                "needs": [
                    {
                        "id": need.pk,
                        "same_as": need.same_as_id,
                        "kinds": need.kinds,
                        "capabilities": need.capabilities,
                        "count": need.count,
                        "only_if": need.only_if or None,
                        "buffer_before_minutes": need.buffer_before_minutes,
                        "buffer_after_minutes": need.buffer_after_minutes,
                    }
                    for need in phase.needs.all()
                ],
            }
            for phase in phases
        ],
    }
