"""Visits and holds as REST answers show them; times in the clinic's zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.booking.move_history import Changed
from scheduling.models import Appointment, Hold
from scheduling.openings.rendering import ref_json
from scheduling.visit_types.variation import Variation


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
                "from": ref_json(old),
                "to": ref_json(new),
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
            "kept": [ref_json(one) for one in phase.kept],
            "replaced": [
                {"from": ref_json(old), "to": ref_json(new)}
                for old, new in phase.replaced
            ],
        }
        for phase in phases
    ]


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


def _iso(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
