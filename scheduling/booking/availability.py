"""Check that a patient is free, and offer starts instead of one that is taken."""

from datetime import datetime
from uuid import UUID

from scheduling.booking.errors import PatientBusy, SlotTaken
from scheduling.booking.reserve import Wanted
from scheduling.booking.starts import agreed
from scheduling.booking.status import LIVE
from scheduling.explain.sentences import Rejection
from scheduling.explain.why_not import why_not
from scheduling.models import Appointment
from scheduling.openings.search import alternatives
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind

_LIVE = [status.value for status in LIVE]


def check_patient_free(
    patient_id: UUID,
    kind: VisitKind,
    plan: Plan,
    start: datetime,
    but: Appointment | None = None,
) -> None:
    """Raises PatientBusy if the patient has another visit in person then."""
    during = agreed(start, plan, kind.zone)["during"]
    others = Appointment.objects.filter(
        patient=patient_id, in_person=True, status__in=_LIVE, during__overlap=during
    )
    if but is not None:
        others = others.exclude(pk=but.pk)
    if kind.in_person and others.exists():
        raise PatientBusy


def taken(wanted: Wanted, patient_id: UUID | None) -> SlotTaken:
    """Return the refusal with the next openings and what is in the way.

    Both are searched now that no try holds a lock.
    """
    found = alternatives(
        wanted.kind,
        wanted.plan,
        start=wanted.start,
        now=wanted.now,
        patient_id=patient_id,
        clinician=wanted.clinician,
        moving_id=wanted.moving_id,
        prefer=wanted.prefer,
        avoiding=wanted.avoiding,
        awaited=wanted.awaited,
    )
    why = why_taken(wanted, patient_id)
    return SlotTaken(found, wanted.kind.zone, why=why)


def why_taken(wanted: Wanted, patient_id: UUID | None) -> Rejection | None:
    """Return what is in the way at exactly this start; None where nothing is any more.

    Where the visit stays at its time, nothing else its patient does is in the way.
    """
    moving = wanted.moving
    stays = moving is not None and moving.start == wanted.start
    return why_not(
        wanted.kind,
        wanted.plan,
        start=wanted.start,
        now=wanted.now,
        patient_id=None if stays else patient_id,
        clinician=wanted.clinician,
        moving_id=wanted.moving_id,
        hold_id=wanted.hold_id,
        avoiding=wanted.avoiding,
        awaited=wanted.awaited,
    )
