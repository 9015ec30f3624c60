"""A patient's own word on their visit: not then, not at all, or later than agreed.

The last answer counts and each is on record. A yes is `booking.confirm`.
"""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from core.actor import Actor
from core.problems import FieldError, Invalid
from core.refusal import Reason, Refused
from scheduling.booking import self_service as offered
from scheduling.booking import self_service_rules, wish_tasks
from scheduling.booking.acts import confirm
from scheduling.booking.announcements import announce
from scheduling.booking.locked import lock_appointment
from scheduling.booking.move import move
from scheduling.booking.refusals import refuse
from scheduling.booking.self_service_rules import Way
from scheduling.booking.status import Act
from scheduling.booking.transitions import reason_against
from scheduling.events import AppointmentAnswered, AppointmentDelayTold
from scheduling.models import Appointment

CHOSEN = "The patient chose this time."
_SAID = {
    "other": ("appointment.patient_asked_other", wish_tasks.OTHER),
    "no": ("appointment.patient_declined", wish_tasks.NO),
}
_AGAIN = {
    "other": "The patient has answered again: another time.",
    "no": "The patient has answered again: cannot come.",
}


@transaction.atomic
def decline(
    *,
    appointment_id: UUID,
    answer: str,
    by_text: bool = False,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Note that the patient needs another time ("other") or cannot come ("no").

    The visit keeps its time until it is moved or cancelled, is confirmed no longer,
    and a coordinator is asked. The same answer again changes nothing. Refused, on
    record, once the visit has begun or is over.
    """
    appointment = lock_appointment(appointment_id, clinic_id)
    if against := reason_against(appointment, Act.CONFIRM, now):
        return _refuse("appointment.answer", appointment, against, by, now)
    if appointment.answer == answer:
        return appointment
    wish_tasks.settle(appointment, _AGAIN[answer], by, now)
    appointment.answer, appointment.answered_at = answer, now
    appointment.answered_by_text = by_text
    appointment.confirmed_at = None
    appointment.version += 1
    appointment.save(
        update_fields=[
            "answer",
            "answered_at",
            "answered_by_text",
            "confirmed_at",
            "version",
        ]
    )
    name, task = _SAID[answer]
    wish_tasks.ask(appointment, task, by, now)
    announce(name, AppointmentAnswered, appointment, by=by, now=now)
    return appointment


@transaction.atomic
def choose_time(
    *,
    appointment_id: UUID,
    start: datetime,
    version: int,
    when: str,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> tuple[Way, Appointment | Refused]:
    """Move the patient's visit to the opening they chose, or ask for it.

    A coordinator decides where `self_service.way_to_move` says so; `when` names the
    start in their words then. Whoever chose a time comes: the visit is confirmed.
    Raises as `booking.move`.
    """
    appointment = lock_appointment(appointment_id, clinic_id, version)
    if against := reason_against(appointment, Act.CONFIRM, now):
        return Way.CALL, _refuse("appointment.answer", appointment, against, by, now)
    way = self_service_rules.way_to_move(offered.seen(appointment), start, now)
    if way is Way.MOVE:
        moved = move(
            appointment_id=appointment_id,
            start=start,
            version=version,
            reason=CHOSEN,
            by=by,
            now=now,
        )
        if isinstance(moved, Refused):
            return way, moved
        return way, confirm(appointment_id=appointment_id, by=by, now=now)
    if way is Way.CALL:
        late = Reason("too-late", "This time has passed; choose another one.")
        return way, _refuse("appointment.answer", appointment, late, by, now)
    _request(appointment, start, when, by, now)
    return way, appointment


def _request(
    appointment: Appointment, start: datetime, when: str, by: Actor, now: datetime
) -> None:
    wish_tasks.settle(appointment, "The patient has named a time.", by, now)
    appointment.answer, appointment.answered_at = "other", now
    appointment.answered_by_text, appointment.confirmed_at = False, None
    appointment.version += 1
    appointment.save(
        update_fields=[
            "answer",
            "answered_at",
            "answered_by_text",
            "confirmed_at",
            "version",
        ]
    )
    wish_tasks.ask(appointment, wish_tasks.THIS_TIME, by, now, when=when)
    announce(
        "appointment.patient_asked_other",
        AppointmentAnswered,
        appointment,
        by=by,
        now=now,
        start=start,
    )


@transaction.atomic
def tell_late(
    *,
    appointment_id: UUID,
    minutes: int,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Note that the patient comes so many minutes late.

    The last word counts, and 0 is on time after all.

    Refused, on record, before the visit's day draws near and once they are here.
    Raises Invalid for minutes out of range.
    """
    if not 0 <= minutes <= self_service_rules.STILL_EXPECTED // timedelta(minutes=1):
        raise Invalid([FieldError("/minutes", "Give a number from 0 to 60.")])
    appointment = lock_appointment(appointment_id, clinic_id)
    if against := reason_against(appointment, Act.CONFIRM, now):
        return _refuse("appointment.tell_late", appointment, against, by, now)
    if not self_service_rules.may_tell_late(appointment.start, now):
        text = "Only from three hours before a visit until an hour after its time."
        reason = Reason("not-yet", text, "Call the clinic.")
        return _refuse("appointment.tell_late", appointment, reason, by, now)
    if appointment.late_minutes != minutes:
        appointment.late_minutes = minutes
        appointment.version += 1
        appointment.save(update_fields=["late_minutes", "version"])
        announce(
            "appointment.patient_runs_late",
            AppointmentAnswered,
            appointment,
            by=by,
            now=now,
            late=f"{minutes} min",
        )
    return appointment


@transaction.atomic
def note_delay(
    *, appointment_id: UUID, minutes: int, by: Actor, now: datetime
) -> Appointment:
    """Note that the patient is to be told of a delay of so many minutes."""
    appointment = lock_appointment(appointment_id)
    appointment.delay_minutes, appointment.delay_told_at = minutes, now
    appointment.version += 1
    appointment.save(update_fields=["delay_minutes", "delay_told_at", "version"])
    announce(
        "appointment.delay_told",
        AppointmentDelayTold,
        appointment,
        by=by,
        now=now,
        delay=f"{minutes} min",
    )
    return appointment


def _refuse(
    name: str, appointment: Appointment, reason: Reason, by: Actor, now: datetime
) -> Refused:
    stream = f"appointment:{appointment.pk}"
    return refuse(name, (reason,), stream=stream, by=by, now=now)


def in_words(start: datetime, zone: ZoneInfo) -> str:
    """Return a start as a task names it: "Tue Dec 8, 9:00 AM"."""
    local = start.astimezone(zone)
    half = "AM" if local.hour < self_service_rules.NOON else "PM"
    return f"{local:%a %b} {local.day}, {local.hour % 12 or 12}:{local:%M} {half}"
