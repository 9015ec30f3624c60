"""Taking a no-show back: the patient walked in after all, and may still be seen."""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core.actor import Actor
from core.refusal import Reason, Refused
from scheduling.booking.announcements import announce
from scheduling.booking.availability import check_patient_free
from scheduling.booking.errors import SlotTaken
from scheduling.booking.locked import lock_appointment
from scheduling.booking.misfits import is_in_hours
from scheduling.booking.move import own_plan
from scheduling.booking.refusals import refuse
from scheduling.booking.reserve import insert, lock_resources, release_expired_on
from scheduling.booking.rules import Ask, reasons_against
from scheduling.booking.status import Act
from scheduling.booking.transitions import reason_against
from scheduling.events import AppointmentNoShowUndone
from scheduling.models import Appointment, Reservation
from scheduling.openings.candidates import Claim
from scheduling.openings.search import alternatives
from scheduling.timegrid.grid import align_up
from scheduling.timegrid.local_time import local
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind, visit_kind_of


@transaction.atomic
def undo_no_show(
    *,
    appointment_id: UUID,
    version: int | None = None,
    reason: str = "",
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """The patient came after all: the visit is booked again, at its time, on its day.

    It gets the very resources it had. Refused, on record, on another day, or where a
    rule says no (the approval was taken back since). Raises SlotTaken, with what is in
    the way and what can be booked instead, PatientBusy, StaleVersion and NotFound.
    """
    appointment = lock_appointment(appointment_id, clinic_id, version)
    if against := _against(appointment, now):
        stream = f"appointment:{appointment.pk}"
        name = "appointment.undo_no_show"
        return refuse(name, against, stream=stream, by=by, now=now)
    kind = visit_kind_of(appointment.visit_type_id)
    plan = own_plan(appointment, kind)
    start, patient_id = appointment.start, appointment.patient_id
    check_patient_free(patient_id, kind, plan, start, but=appointment)
    given_up = _given_up(appointment)
    if not _taken_back(appointment, plan, given_up, now):
        raise _not_free(appointment, kind, plan, given_up, now)
    appointment.status = Appointment.Status.BOOKED
    appointment.status_at = now
    appointment.status_reason = reason[:300]
    appointment.version += 1
    appointment.save(update_fields=["status", "status_at", "status_reason", "version"])
    name = "appointment.no_show_undone"
    event = AppointmentNoShowUndone
    announce(name, event, appointment, by=by, now=now, reason=reason)
    return appointment


def _against(appointment: Appointment, now: datetime) -> tuple[Reason, ...]:
    if against := reason_against(appointment, Act.UNDO_NO_SHOW, now):
        return (against,)
    kind = visit_kind_of(appointment.visit_type_id)
    start, subject = appointment.start, appointment.subject
    return reasons_against(Ask("book", kind, appointment.patient, start, subject, now))


def _given_up(appointment: Appointment) -> list[Reservation]:
    """Time that the no-show freed, with the resources."""
    rows = appointment.reservations.filter(released_at=appointment.status_at)
    known = rows.select_related("resource").order_by("resource_id", "period")
    # Missed and taken back twice at one instant, the same time was freed twice.
    return list({(row.resource_id, row.period): row for row in known}.values())


def _taken_back(
    appointment: Appointment,
    plan: Plan,
    given_up: Collection[Reservation],
    now: datetime,
) -> bool:
    """True if all of it is open and could be reserved again; else nothing was."""
    claims = [
        Claim(row.resource_id, row.period.lower, row.period.upper, row.need_id)
        for row in given_up
        if row.need_id is not None
    ]
    resources = lock_resources({row.resource_id for row in given_up})
    if not claims or not all(resource.active for resource in resources):
        return False
    release_expired_on(claims, now)
    with transaction.atomic():
        if insert(appointment, claims) and is_in_hours(appointment, plan):
            return True
        transaction.set_rollback(True)
    return False


def _not_free(
    appointment: Appointment,
    kind: VisitKind,
    plan: Plan,
    given_up: Collection[Reservation],
    now: datetime,
) -> SlotTaken:
    lines = list(dict.fromkeys(_in_the_way(appointment, kind, given_up)))
    lines = lines or ["The clinic is no longer open for all of this time."]
    found = alternatives(
        kind,
        plan,
        start=align_up(max(now + kind.minimum_lead, appointment.start)),
        now=now,
        patient_id=appointment.patient_id,
    )
    return SlotTaken(found, kind.zone, in_the_way=lines)


def _in_the_way(
    appointment: Appointment, kind: VisitKind, given_up: Collection[Reservation]
) -> Iterator[str]:
    """Holders of each resource now, without a name of a patient."""
    for row in given_up:
        name = row.resource.name
        if not row.resource.active:
            yield f"{name} is no longer in use."
        others = Reservation.objects.filter(
            ~Q(appointment=appointment),
            resource=row.resource_id,
            released_at=None,
            period__overlap=row.period,
        )
        for other in others.order_by("period"):
            start = local(other.period.lower, kind.zone)
            end = local(other.period.upper, kind.zone)
            what = "is away" if other.absence_id else "is taken"
            yield f"{name} {what} from {start:%H:%M} to {end:%H:%M}."
