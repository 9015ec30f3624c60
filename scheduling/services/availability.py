"""Whether the patient is free, and what to offer instead of a start that is taken."""

from datetime import datetime
from uuid import UUID

from scheduling.domain.plan import Plan
from scheduling.domain.status import LIVE
from scheduling.models import Appointment
from scheduling.selectors.openings import alternatives
from scheduling.selectors.visit_types import VisitKind
from scheduling.services.problems import PatientBusy, SlotTaken
from scheduling.services.reserving import Wanted
from scheduling.services.starts import agreed

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
    """The refusal with the next openings, searched now that no resource is locked."""
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
    return SlotTaken(found, wanted.kind.zone)
