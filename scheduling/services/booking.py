"""Booking and moving visits: all of their resources, or none.

The other acts on a visit (`scheduling.services.visits`) can be had here, too.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core.actor import Actor
from core.refusal import Reason, Refused
from patients.services.patients import lock as lock_patient
from scheduling.domain.status import Act
from scheduling.domain.variation import USUAL, Variation
from scheduling.events import AppointmentMoved
from scheduling.models import Appointment
from scheduling.selectors.visit_types import visit_kind, visit_kind_of, with_phases
from scheduling.services import claiming
from scheduling.services.announcing import announce, announce_booked
from scheduling.services.availability import check_patient_free, taken
from scheduling.services.locking import lock_appointment
from scheduling.services.problems import InvalidStart
from scheduling.services.refusing import refuse, refuse_asked
from scheduling.services.releasing import release
from scheduling.services.reserving import Wanted, take
from scheduling.services.rules import Ask, reasons_against, resolved
from scheduling.services.starts import agreed, check_start
from scheduling.services.storing import create_appointment, stamped_phases
from scheduling.services.transitions import reason_against
from scheduling.services.visits import (
    arrive,
    cancel,
    check_in,
    confirm,
    end,
    fulfil,
    no_show,
)


@transaction.atomic
def book(
    *,
    clinic_id: int,
    patient_id: UUID,
    visit_type: int | str = "",
    start: datetime | None = None,
    clinician: int | None = None,
    subject: str = "",
    variation: Variation = USUAL,
    hold_id: UUID | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Book a visit, either at `start` or as a hold has it.

    A naive `start` is the clinic's wall clock; a hold has its own `variation`.
    Refused, on record, where a rule says no. Raises SlotTaken (with alternatives),
    PatientBusy, NotFound, or Invalid in words; then nothing of the attempt remains.
    """
    patient = lock_patient(patient_id, clinic_id)
    if hold_id is not None:
        return claiming.book_hold(
            hold_id,
            patient,
            start=start,
            subject=subject,
            reason=reason,
            by=by,
            now=now,
        )
    kind = visit_kind(clinic_id=clinic_id, visit_type=visit_type)
    if start is None:
        raise InvalidStart("Say when the visit starts.")
    plan = kind.varied(variation)
    start = check_start(start, kind, now)
    ask = resolved(Ask("book", kind, patient, start, subject, now))
    if reasons := reasons_against(ask):
        return refuse_asked(ask, reasons, by)
    check_patient_free(patient_id, kind, plan, start)
    wanted = Wanted(kind, plan, start, now, clinician, variation=variation)
    appointment = take(
        wanted, lambda _: create_appointment(wanted, patient_id, ask.subject)
    )
    if appointment is None:
        raise taken(wanted, patient_id)
    announce_booked(appointment, kind, reason, by, now)
    return appointment


@transaction.atomic
def move(
    *,
    appointment_id: UUID,
    start: datetime,
    version: int,
    reason: str = "",
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Move a visit with its own phases; resources are assigned anew where they must.

    If the new time cannot be had, the old one is still reserved. Raises as `book`,
    and StaleVersion.
    """
    appointment = lock_appointment(appointment_id, clinic_id, version)
    if against := reason_against(appointment, Act.MOVE, now):
        return _refuse_move(appointment, (against,), by, now)
    kind = visit_kind_of(appointment.visit_type_id)
    start = check_start(start, kind, now)
    if start == appointment.start:
        raise InvalidStart("The visit starts at this time already.")
    patient = appointment.patient
    ask = Ask("move", kind, patient, start, appointment.subject, now)
    if reasons := reasons_against(ask):
        return _refuse_move(appointment, reasons, by, now)
    variation = Variation.from_data(appointment.variation)
    plan = with_phases(kind.varied(variation), stamped_phases(appointment))
    check_patient_free(patient.pk, kind, plan, start, but=appointment)
    wanted = Wanted(kind, plan, start, now, appointment.clinician_id, appointment)
    moved = take(
        wanted,
        lambda _: _store_move(appointment, wanted, version),
        prepare=lambda: release(appointment, "moved", by=by, now=now),
    )
    if moved is None:
        raise taken(wanted, patient.pk)
    _announce_moved(moved, reason, by, now)
    return moved


def _refuse_move(
    appointment: Appointment, reasons: tuple[Reason, ...], by: Actor, now: datetime
) -> Refused:
    stream = f"appointment:{appointment.pk}"
    return refuse("appointment.move", reasons, stream=stream, by=by, now=now)


def _store_move(appointment: Appointment, wanted: Wanted, version: int) -> Appointment:
    changes = {
        **agreed(wanted.start, wanted.plan, wanted.kind.zone),
        "status": Appointment.Status.BOOKED,
        "status_at": wanted.now,
        "confirmed_at": None,
        "version": version + 1,
        # As it was when this move began: a lost try has not counted.
        "revision": F("revision") + 1,
    }
    Appointment.objects.filter(pk=appointment.pk).update(**changes)
    appointment.refresh_from_db(fields=list(changes))
    return appointment


def _announce_moved(
    appointment: Appointment, reason: str, by: Actor, now: datetime
) -> None:
    announce(
        "appointment.moved",
        AppointmentMoved,
        appointment,
        by=by,
        now=now,
        start=appointment.start,
        revision=str(appointment.revision),
        reason=reason,
    )


__all__ = [
    "arrive",
    "book",
    "cancel",
    "check_in",
    "confirm",
    "end",
    "fulfil",
    "move",
    "no_show",
]
