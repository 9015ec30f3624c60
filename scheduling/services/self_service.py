"""Openings that a patient may choose from instead of their visit's time."""

from datetime import datetime, timedelta

from scheduling.domain.openings import Opening
from scheduling.domain.self_service import Visit, a_choice
from scheduling.models import Appointment
from scheduling.selectors.openings import alternatives
from scheduling.selectors.visit_types import visit_kind_of
from scheduling.services.moving import ask_to_move, wanted_for
from scheduling.services.rules import reasons_against

# So many quarters of an hour are looked at to find a morning and an afternoon a day.
LOOKED_AT = 240
NOTICE = timedelta(hours=48)


def seen(appointment: Appointment) -> Visit:
    """Return what the rules of self-service ask of a visit."""
    return Visit(
        start=appointment.start,
        needs_decision=appointment.visit_type.requires_decision,
        in_person=appointment.in_person,
    )


def openings_for(appointment: Appointment, now: datetime) -> list[Opening]:
    """Return up to six openings in the next four weeks that a rule allows.

    None is nearer than 48 hours: those are for the telephone.
    """
    kind = visit_kind_of(appointment.visit_type_id)
    soonest = now + max(NOTICE, kind.minimum_lead)
    wanted, _ = wanted_for(appointment, kind, soonest, now)
    found = {
        one.start: one
        for one in alternatives(
            kind,
            wanted.plan,
            start=soonest,
            now=now,
            patient_id=appointment.patient_id,
            clinician=wanted.clinician,
            moving_id=appointment.pk,
            prefer=wanted.prefer,
            avoiding=wanted.avoiding,
            limit=LOOKED_AT,
        )
    }
    chosen = a_choice(found, kind.zone, but=appointment.start)
    return [
        found[start]
        for start in chosen
        if not reasons_against(ask_to_move(appointment, kind, start, now))
    ]
