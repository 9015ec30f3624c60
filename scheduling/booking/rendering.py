"""Openings and visits as the REST answers show them; times in the clinic's zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.booking.move_history import Changed
from scheduling.models import Appointment, Hold, Resource, VisitType
from scheduling.openings.candidates import Opening, OpeningPhase, ResourceRef
from scheduling.openings.ranking import why
from scheduling.visit_types.variation import Variation


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
        "resources": [_ref_json(ref) for ref in phase.resources],
    }


def appointment_json(appointment: Appointment) -> dict[str, Any]:
    """An appointment with its live reservations."""
    zone = ZoneInfo(appointment.time_zone)
    return {
        "id": str(appointment.pk),
        "patient": str(appointment.patient_id),
        "visit_type": appointment.visit_type.slug,
        "status": appointment.status,
        "start": _iso(appointment.start, zone),
        "end": _iso(appointment.end, zone),
        "subject": appointment.subject,
        **_variation_json(appointment),
        "not_clinicians": appointment.not_clinicians,
        "confirmed_at": (
            _iso(appointment.confirmed_at, zone) if appointment.confirmed_at else None
        ),
        "version": appointment.version,
        "revision": appointment.revision,
        "reservations": _reservations_json(appointment, zone),
    }


def changes_json(changed: Changed | None, zone: ZoneInfo) -> list[dict[str, Any]]:
    """One entry for the start, if it changes, and one per resource replaced."""
    if changed is None:
        return []
    before, after = _iso(changed.start_before, zone), _iso(changed.start, zone)
    found: list[dict[str, Any]] = []
    if changed.moves:
        found.append({"what": "start", "phase": None, "from": before, "to": after})
    for phase in changed.replaced:
        found += [
            {
                "what": "resource",
                "phase": phase.phase,
                "from": _ref_json(old),
                "to": _ref_json(new),
            }
            for old, new in phase.replaced
        ]
    return found


def changed_phases_json(changed: Changed | None) -> list[dict[str, Any]]:
    """Every phase with the resources it keeps and those that are replaced."""
    phases = changed.phases if changed else ()
    return [
        {
            "name": phase.phase,
            "kept": [_ref_json(one) for one in phase.kept],
            "replaced": [
                {"from": _ref_json(old), "to": _ref_json(new)}
                for old, new in phase.replaced
            ],
        }
        for phase in phases
    ]


def _ref_json(ref: ResourceRef | None) -> dict[str, Any] | None:
    return {"id": ref.id, "kind": ref.kind, "name": ref.name} if ref else None


def hold_json(hold: Hold) -> dict[str, Any]:
    zone = ZoneInfo(hold.time_zone)
    return {
        "id": str(hold.pk),
        "patient": str(hold.patient_id) if hold.patient_id else None,
        "visit_type": hold.visit_type.slug,
        "status": hold.ended_as or "held",
        "start": _iso(hold.start, zone),
        "end": _iso(hold.end, zone),
        "subject": hold.subject,
        **_variation_json(hold),
        "not_clinicians": hold.not_clinicians,
        "expires_at": _iso(hold.expires_at, zone),
        "made_by": hold.made_by,
        "reservations": _reservations_json(hold, zone),
    }


def _variation_json(agreed: Appointment | Hold) -> dict[str, Any]:
    variation = Variation.from_data(agreed.variation)
    return {
        "targets": variation.targets,
        "sedation": variation.sedation or None,
        "image_guided_harvest": variation.image_guided_harvest,
    }


def _reservations_json(
    owner: Appointment | Hold, zone: ZoneInfo
) -> list[dict[str, Any]]:
    live = owner.reservations.filter(released_at=None).order_by("starts_at", "resource")
    return [
        {
            "resource": row.resource_id,
            "start": _iso(row.period.lower, zone),
            "end": _iso(row.period.upper, zone),
        }
        for row in live
    ]


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


def _iso(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
