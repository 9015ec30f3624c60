"""Entries, freed openings and offers as the REST answers show them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from core.models import JournalEntry
from scheduling.models import FreedOpening, Offer, WaitlistEntry
from scheduling.visit_types.variation import Variation
from scheduling.waitlist import selectors as waitlist

_HOUR = timedelta(hours=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def entry_json(entry: WaitlistEntry) -> dict[str, Any]:
    """An entry from `waitlist.entries`, or one that was just read by itself."""
    variation = Variation.from_data(entry.variation)
    wishes = entry.wishes
    last = getattr(entry, "last_offered_at", None)
    return {
        "id": str(entry.pk),
        "patient": str(entry.patient_id),
        "visit_type": entry.visit_type.slug,
        "appointment": str(entry.appointment_id) if entry.appointment_id else None,
        "subject": entry.subject,
        "targets": variation.targets,
        "sedation": variation.sedation or None,
        "image_guided_harvest": variation.image_guided_harvest,
        "weekdays": [DAYS[day] for day in wishes.get("weekdays", [])],
        "earliest": wishes.get("earliest"),
        "latest": wishes.get("latest"),
        "clinicians": wishes.get("clinicians", []),
        "not_clinicians": wishes.get("not_clinicians", []),
        "minimum_notice_hours": entry.minimum_notice / _HOUR,
        "valid_from": entry.valid_from_on.isoformat(),
        "valid_to": entry.valid_to_on.isoformat(),
        "waiting_since": entry.created_at.isoformat(),
        "last_offered_at": last.isoformat() if last else None,
        "status": entry.closed_as or "waiting",
        "closed_at": entry.closed_at.isoformat() if entry.closed_at else None,
    }


def entry_with_history_json(entry: WaitlistEntry) -> dict[str, Any]:
    """The entry with its offers, the latest first, and what happened, in order."""
    offers = waitlist.offers(entry.clinic_id).filter(entry=entry)
    return {
        **entry_json(entry),
        "offers": [offer_json(offer) for offer in offers],
        "history": [_line_json(line) for line in waitlist.history(entry.pk)],
    }


def offer_json(offer: Offer) -> dict[str, Any]:
    zone = ZoneInfo(offer.hold.time_zone)
    return {
        "id": str(offer.pk),
        "entry": str(offer.entry_id),
        "patient": str(offer.entry.patient_id),
        "hold": str(offer.hold_id),
        "freed_opening": str(offer.freed_id) if offer.freed_id else None,
        "visit_type": offer.hold.visit_type.slug,
        "start": _iso(offer.hold.start, zone),
        "end": _iso(offer.hold.end, zone),
        "status": offer.state,
        "offered_at": _iso(offer.offered_at, zone),
        "expires_at": _iso(offer.hold.expires_at, zone),
        "answered_at": _iso(offer.answered_at, zone) if offer.answered_at else None,
        "appointment": str(offer.appointment_id) if offer.appointment_id else None,
    }


def freed_json(freed: FreedOpening, *, held: bool | None = None) -> dict[str, Any]:
    """`held`: for somebody else at present; None where that was not looked at."""
    zone = ZoneInfo(freed.clinic.time_zone)
    undo_until = waitlist.undo_until(freed)
    return {
        "id": str(freed.pk),
        "appointment": str(freed.appointment_id),
        "patient": str(freed.appointment.patient_id),
        "visit_type": freed.visit_type.slug,
        "start": _iso(freed.during.lower, zone),
        "end": _iso(freed.during.upper, zone),
        "freed_by": freed.freed_by_act,
        "freed_at": _iso(freed.freed_at, zone),
        "undo_until": _iso(undo_until, zone) if undo_until else None,
        "status": freed.handled_as or "open",
        "held": held,
        "handled_at": _iso(freed.handled_at, zone) if freed.handled_at else None,
    }


def _line_json(line: JournalEntry) -> dict[str, Any]:
    return {
        "name": line.name,
        "at": line.occurred_at.isoformat(),
        "by": line.actor_name or line.actor,
    }


def _iso(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
