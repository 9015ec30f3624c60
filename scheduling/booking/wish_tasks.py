"""Tasks that a patient's answer to their visit opens, and what ends them."""

from datetime import datetime, timedelta
from typing import Any

from clinics.domain import roles
from core.actor import Actor
from patients.services import tasks
from scheduling.models import Appointment

OTHER, NO, THIS_TIME = "asks_other_time", "cannot_come", "asks_this_time"
TEXTS = {
    OTHER: "The patient needs another time: call and move the visit.",
    NO: "The patient cannot come: call, then move or cancel the visit.",
    THIS_TIME: "The patient asks to come at another time: {when}. Move the visit, or "
    "call.",
}
# A time that would stand empty is looked at at once.
WITHIN = {OTHER: tasks.CALL_WITHIN, NO: timedelta(0), THIS_TIME: tasks.CALL_WITHIN}

# A visit at a new time has none of what was said about the old one.
NOTHING_SAID: dict[str, Any] = {
    "answer": "",
    "answered_at": None,
    "answered_by_text": False,
    "late_minutes": 0,
    "delay_minutes": 0,
    "delay_told_at": None,
}


def ask(
    appointment: Appointment, kind: str, by: Actor, now: datetime, *, when: str = ""
) -> None:
    """Ask the coordinator to do something about it; the patient is locked already."""
    tasks.open(
        clinic_id=appointment.clinic_id,
        patient_id=appointment.patient_id,
        kind=kind,
        text=TEXTS[kind].format(when=when),
        subject=f"appointment:{appointment.pk}",
        owner_role=roles.COORDINATOR,
        due_at=now + WITHIN[kind],
        by=by,
        now=now,
    )


def settle(appointment: Appointment, outcome: str, by: Actor, now: datetime) -> None:
    """Close what the patient's last answer had asked for, saying why.

    The patient is locked already.
    """
    if appointment.answer not in {"other", "no"}:
        return
    for kind in TEXTS:
        tasks.close_about(
            subjects=[f"appointment:{appointment.pk}"],
            kind=kind,
            outcome=outcome,
            by=by,
            now=now,
        )
