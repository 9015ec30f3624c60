"""Acts on a booked visit: confirm, arrive, check in, close, give up."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction

from core.actor import Actor
from core.refusal import Refused
from scheduling.booking.announcements import announce
from scheduling.booking.availability import check_patient_free
from scheduling.booking.locked import lock_appointment
from scheduling.booking.move import own_plan
from scheduling.booking.reasons import check_says_why
from scheduling.booking.refusals import refuse
from scheduling.booking.release import release
from scheduling.booking.status import TRANSITIONS, Act, Status
from scheduling.booking.transitions import reason_against
from scheduling.booking.wish_tasks import settle
from scheduling.events import (
    AppointmentArrivalUndone,
    AppointmentArrived,
    AppointmentCancelled,
    AppointmentCheckedIn,
    AppointmentCheckInUndone,
    AppointmentConfirmed,
    AppointmentEnded,
    AppointmentEvent,
    AppointmentFulfilled,
    AppointmentFulfilUndone,
    AppointmentNoShow,
)
from scheduling.models import Appointment
from scheduling.visit_types.selectors import visit_kind_of

_EVENTS: dict[Act, tuple[str, type[AppointmentEvent]]] = {
    Act.CANCEL: ("appointment.cancelled", AppointmentCancelled),
    Act.CONFIRM: ("appointment.confirmed", AppointmentConfirmed),
    Act.ARRIVE: ("appointment.arrived", AppointmentArrived),
    Act.UNDO_ARRIVAL: ("appointment.arrival_undone", AppointmentArrivalUndone),
    Act.CHECK_IN: ("appointment.checked_in", AppointmentCheckedIn),
    Act.FULFIL: ("appointment.fulfilled", AppointmentFulfilled),
    Act.NO_SHOW: ("appointment.no_show", AppointmentNoShow),
    Act.UNDO_CHECK_IN: ("appointment.check_in_undone", AppointmentCheckInUndone),
    Act.UNDO_FULFIL: ("appointment.fulfil_undone", AppointmentFulfilUndone),
    Act.END: ("appointment.ended", AppointmentEnded),
}

# What these make of a patient's open wish for another time, or none.
_SETTLED = {
    Act.CONFIRM: "The patient comes after all.",
    Act.CANCEL: "The visit was cancelled.",
    Act.ARRIVE: "The patient came.",
    Act.CHECK_IN: "The patient came.",
    Act.NO_SHOW: "The patient did not come.",
}


class Verb(Protocol):
    """`version` not current raises StaleVersion; another `clinic_id` NotFound."""

    def __call__(
        self,
        *,
        appointment_id: UUID,
        version: int | None = None,
        reason: str = "",
        clinic_id: int | None = None,
        by: Actor,
        now: datetime,
    ) -> Appointment | Refused: ...


def _verb(act: Act, promise: str) -> Verb:
    """One act of the table of states as a service."""

    @transaction.atomic
    def verb(
        *,
        appointment_id: UUID,
        version: int | None = None,
        reason: str = "",
        clinic_id: int | None = None,
        by: Actor,
        now: datetime,
    ) -> Appointment | Refused:
        appointment = lock_appointment(appointment_id, clinic_id, version)
        return _do(act, appointment, reason, by, now)

    verb.__name__ = verb.__qualname__ = act.value
    verb.__doc__ = promise
    return verb


confirm = _verb(Act.CONFIRM, "The patient, or a coordinator for them, says yes.")
arrive = _verb(Act.ARRIVE, "The patient is at the clinic.")
undo_arrival = _verb(
    Act.UNDO_ARRIVAL,
    "The patient is not there after all; only on the day that was noted, and before "
    "they are checked in.",
)
check_in = _verb(Act.CHECK_IN, "From here on the visit is neither moved nor cancelled.")
fulfil = _verb(Act.FULFIL, "The visit took place.")
cancel = _verb(
    Act.CANCEL,
    "Give the visit up; its time is free at once. Raises ReasonNeeded at short notice.",
)
no_show = _verb(Act.NO_SHOW, "The patient did not come; what is left is free at once.")
undo_check_in = _verb(
    Act.UNDO_CHECK_IN,
    "The check-in was entered in error: the patient has arrived, and nothing of the "
    "visit has begun.",
)
undo_fulfil = _verb(
    Act.UNDO_FULFIL,
    "The end of the visit was entered in error. Raises PatientBusy.",
)
end = _verb(Act.END, "An abort after check-in: what has not begun yet is free at once.")


def _do(
    act: Act, appointment: Appointment, reason: str, by: Actor, now: datetime
) -> Appointment | Refused:
    against = reason_against(appointment, act, now)
    if against:
        stream = f"appointment:{appointment.pk}"
        name = f"appointment.{act.value}"
        return refuse(name, (against,), stream=stream, by=by, now=now)
    if act is Act.CANCEL:
        check_says_why(reason, now, appointment.start)
    _give_back(act, appointment, by, now)
    _take_back(act, appointment)
    if act in _SETTLED:
        settle(appointment, _SETTLED[act], by, now)
    _advance(act, appointment, reason, now)
    name, event = _EVENTS[act]
    announce(name, event, appointment, by=by, now=now, reason=reason)
    return appointment


def _give_back(act: Act, appointment: Appointment, by: Actor, now: datetime) -> None:
    if act in {Act.CANCEL, Act.NO_SHOW}:
        release(appointment, "cancelled", by=by, now=now)
    if act is Act.END:
        release(appointment, "cancelled", by=by, now=now, from_at=now)


def _take_back(act: Act, appointment: Appointment) -> None:
    if act is Act.UNDO_CHECK_IN:
        # Whatever was noted of its phases is another visit's.
        appointment.phase_records.all().delete()
    if act is Act.UNDO_FULFIL:
        kind = visit_kind_of(appointment.visit_type_id)
        plan = own_plan(appointment, kind)
        start = appointment.start
        check_patient_free(appointment.patient_id, kind, plan, start, but=appointment)


def _advance(act: Act, appointment: Appointment, reason: str, now: datetime) -> None:
    status = TRANSITIONS[Status(appointment.status), act].value
    if status != appointment.status:
        appointment.status = status
        appointment.status_at = now
        appointment.status_reason = reason[:300]
    if act is Act.CONFIRM:
        appointment.confirmed_at = appointment.confirmed_at or now
        appointment.answer, appointment.answered_at = "yes", now
        appointment.answered_by_text = False
    appointment.version += 1
    appointment.save(
        update_fields=[
            "status",
            "status_at",
            "status_reason",
            "confirmed_at",
            "answer",
            "answered_at",
            "answered_by_text",
            "version",
        ]
    )
