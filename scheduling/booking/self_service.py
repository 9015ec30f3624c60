"""Openings that a patient may choose from.

They are instead of a visit's time, or after it was missed.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.problems import Invalid
from scheduling.booking.move import ask_to_move, wanted_for
from scheduling.booking.rules import reasons_against
from scheduling.booking.self_service_rules import Visit, a_choice
from scheduling.models import Appointment
from scheduling.openings.candidates import Opening
from scheduling.openings.search import Wishes, alternatives, find_openings
from scheduling.visit_types.selectors import visit_kind_of
from scheduling.visit_types.variation import Variation

# So many quarters of an hour are looked at to find a morning and an afternoon a day.
LOOKED_AT = 240
NOTICE = timedelta(hours=48)
# After a missed visit nearer ones will do, but not at once: somebody has to get there,
# and the team to know.
NOTICE_AFTER_MISSED = timedelta(hours=4)
WITHIN = timedelta(days=60)


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


def openings_after(missed: Appointment, now: datetime) -> list[Opening]:
    """Return up to six openings for a visit that was missed, in the next sixty days.

    None is nearer than four hours, and there is none where the clinic has no such
    visits any more.
    """
    zone = ZoneInfo(missed.clinic.time_zone)
    today = now.astimezone(zone).date()
    try:
        openings = find_openings(
            clinic_id=missed.clinic_id,
            visit_type=missed.visit_type.slug,
            from_on=today,
            to_on=today + WITHIN,
            now=now,
            patient_id=missed.patient_id,
            variation=Variation.from_data(missed.variation),
            wishes=Wishes(step_minutes=60),
            limit=LOOKED_AT,
        )
    except Invalid:
        return []
    soonest = now + NOTICE_AFTER_MISSED
    found = {one.start: one for one in openings if one.start >= soonest}
    return [found[start] for start in a_choice(found, zone, but=missed.start)]


def is_replaced(missed: Appointment, now: datetime) -> bool:
    """Return True if the patient has another such visit to come."""
    ahead = Appointment.objects.filter(
        patient=missed.patient_id,
        status=Appointment.Status.BOOKED,
        during__startswith__gt=now,
        visit_type__slug=missed.visit_type.slug,
    )
    return ahead.exists()
