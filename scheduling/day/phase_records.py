"""Phases as they really went, beside the plan; nothing is booked anew by them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import events, journal
from core.actor import Actor
from core.problems import FieldError, Invalid
from core.refusal import Reason, Refused
from scheduling.booking.locked import lock_appointment
from scheduling.booking.refusals import refuse
from scheduling.booking.status import Status
from scheduling.day.phase_rules import Noted, why_not, wrong_time
from scheduling.events import PhaseEnded, PhaseStarted
from scheduling.models import Appointment, AppointmentPhase, PhaseRecord


@dataclass(frozen=True, slots=True)
class _Act:
    """A visit under its patient's lock, and who says what of it."""

    appointment: Appointment
    by: Actor
    now: datetime

    def refuse(self, act: str, code: str, text: str, lifts: str = "") -> Refused:
        return refuse(
            f"appointment.{act}",
            (Reason(code, text, lifts),),
            stream=f"appointment:{self.appointment.pk}",
            by=self.by,
            now=self.now,
        )


@transaction.atomic
def start_phase(
    *,
    appointment_id: UUID,
    phase: int | str,
    at: datetime | None = None,
    version: int | None = None,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> PhaseRecord | Refused:
    """A phase, by position or name, begins now or began at `at`.

    Refused, on record, before the patient is there and once it has begun. Raises
    NotFound, StaleVersion, and Invalid for a phase or a time that cannot be.
    """
    act = _Act(lock_appointment(appointment_id, clinic_id, version), by, now)
    part = _part(act.appointment, phase)
    if refused := _not_under_way(act, "phase_start"):
        return refused
    if _record(part) is not None:
        text = f"{part.name} has begun already."
        return act.refuse("phase_start", "begun", text, "Correct its time instead.")
    at = at or now
    _check_time("started_at", at, _planned(act.appointment, part)[0], now)
    return _begin(act, part, at)


@transaction.atomic
def end_phase(
    *,
    appointment_id: UUID,
    phase: int | str,
    at: datetime | None = None,
    version: int | None = None,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> PhaseRecord | Refused:
    """A phase that has begun ends now or ended at `at`. Refuses as `start_phase`."""
    act = _Act(lock_appointment(appointment_id, clinic_id, version), by, now)
    part = _part(act.appointment, phase)
    if refused := _not_under_way(act, "phase_end"):
        return refused
    record = _record(part)
    if record is None:
        text = f"{part.name} has not begun yet."
        return act.refuse("phase_end", "not-begun", text, "Say first when it began.")
    if record.ended_at is not None:
        text = f"{part.name} has ended already."
        return act.refuse("phase_end", "ended", text, "Correct its time instead.")
    at = at or now
    _check_time("ended_at", at, record.planned_end, now, record.started_at)
    return _end(act, record, at)


@transaction.atomic
def correct_phase(
    *,
    appointment_id: UUID,
    phase: int | str,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    reason: str,
    version: int | None = None,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> PhaseRecord | Refused:
    """Put a recorded time right, with the reason; what is not given stays.

    Raises as `start_phase`, and Invalid without a reason.
    """
    act = _Act(lock_appointment(appointment_id, clinic_id, version), by, now)
    part = _part(act.appointment, phase)
    if text := why_not(Status(act.appointment.status), correcting=True):
        return act.refuse("phase_correct", "status", text)
    record = _record(part)
    if record is None:
        text = f"{part.name} has not begun yet."
        return act.refuse("phase_correct", "not-begun", text)
    if not reason.strip():
        raise Invalid([FieldError("/reason", "Say why the time is corrected.")])
    started, ended = started_at or record.started_at, ended_at or record.ended_at
    _check_time("started_at", started, record.planned_start, now)
    if ended is not None:
        _check_time("ended_at", ended, record.planned_end, now, started)
    return _correct(act, record, started, ended, reason)


@transaction.atomic
def record_phase(
    *,
    appointment_id: UUID,
    phase: int | str,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    reason: str = "",
    version: int | None = None,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> PhaseRecord | Refused:
    """Begin it, end it, or both; with a reason, put recorded times right."""
    if started_at is None and ended_at is None:
        fault = "Say when it began, when it ended, or both."
        raise Invalid([FieldError("/started_at", fault)])
    who = {"clinic_id": clinic_id, "version": version, "by": by, "now": now}
    what: dict[str, Any] = {"appointment_id": appointment_id, "phase": phase, **who}
    if reason:
        return correct_phase(
            started_at=started_at, ended_at=ended_at, reason=reason, **what
        )
    done: PhaseRecord | Refused | None = None
    if started_at is not None:
        done = start_phase(at=started_at, **what)
    if ended_at is not None and not isinstance(done, Refused):
        done = end_phase(at=ended_at, **what)
    assert done is not None, "there was a time to record"
    return done


@transaction.atomic
def note(
    *, appointment_id: UUID, noted: Iterable[Noted], by: Actor, now: datetime
) -> None:
    """Take over what another app has on record, as far as the visit has such phases.

    What does not fit (no such phase, an end before its beginning) is left out:
    whoever did the act has been answered already. Saying it twice is saying it once.
    """
    appointment = lock_appointment(appointment_id)
    act = _Act(appointment, by, now)
    parts = {part.name.casefold(): part for part in appointment.phases.all()}
    for one in noted:
        part = parts.get(one.phase.casefold())
        if part is not None:
            _note(act, part, one)


@transaction.atomic
def begin_first(*, appointment_id: UUID, by: Actor, now: datetime) -> None:
    """Check-in: what begins at arrival has begun, unless it is on record."""
    appointment = lock_appointment(appointment_id)
    act = _Act(appointment, by, now)
    for part in appointment.phases.filter(offset_minutes=0):
        if _record(part) is None:
            _begin(act, part, now)


@transaction.atomic
def end_open(*, appointment_id: UUID, by: Actor, now: datetime) -> None:
    """The visit is over, and so is whatever of it was under way."""
    act = _Act(lock_appointment(appointment_id), by, now)
    open_ones = act.appointment.phase_records.filter(ended_at=None, started_at__lte=now)
    for record in open_ones:
        _end(act, record, now)


def _part(appointment: Appointment, phase: int | str) -> AppointmentPhase:
    parts = list(appointment.phases.all())
    for part in parts:
        if phase in (part.position, str(part.position)):
            return part
        if str(phase).casefold() == part.name.casefold():
            return part
    known = ", ".join(part.name for part in parts)
    raise Invalid([FieldError("/phase", f"This visit has: {known}.")])


def _not_under_way(act: _Act, name: str) -> Refused | None:
    text = why_not(Status(act.appointment.status))
    return act.refuse(name, "status", text) if text else None


def _record(part: AppointmentPhase) -> PhaseRecord | None:
    return PhaseRecord.objects.filter(
        appointment=part.appointment_id, position=part.position
    ).first()


def _check_time(
    field: str,
    at: datetime,
    planned: datetime,
    now: datetime,
    began: datetime | None = None,
) -> None:
    if text := wrong_time(at, planned, now, began):
        raise Invalid([FieldError(f"/{field}", text)])


def _planned(
    appointment: Appointment, part: AppointmentPhase
) -> tuple[datetime, datetime]:
    start = appointment.start + timedelta(minutes=part.offset_minutes)
    return start, start + timedelta(minutes=part.duration_minutes)


def _begin(act: _Act, part: AppointmentPhase, at: datetime) -> PhaseRecord:
    planned_start, planned_end = _planned(act.appointment, part)
    record = PhaseRecord.objects.create(
        appointment=act.appointment,
        phase_id=part.phase_id,
        position=part.position,
        planned_start=planned_start,
        planned_end=planned_end,
        started_at=at,
        recorded_by=str(act.by),
    )
    _tell(act, "phase_started", PhaseStarted, record, at)
    return record


def _end(act: _Act, record: PhaseRecord, at: datetime) -> PhaseRecord:
    record.ended_at = at
    record.recorded_by = str(act.by)
    record.save(update_fields=["ended_at", "recorded_by"])
    _tell(act, "phase_ended", PhaseEnded, record, at)
    return record


def _correct(
    act: _Act,
    record: PhaseRecord,
    started: datetime,
    ended: datetime | None,
    reason: str,
) -> PhaseRecord:
    before = {"was_started": record.started_at, "was_ended": record.ended_at}
    was_open = record.ended_at is None
    record.started_at, record.ended_at = started, ended
    record.recorded_by = str(act.by)
    record.save(update_fields=["started_at", "ended_at", "recorded_by"])
    _write(
        act,
        "phase_corrected",
        record,
        **{name: at for name, at in before.items() if at},
        reason=reason[:300],
    )
    if was_open and ended is not None:
        _publish(act, PhaseEnded, record, ended)
    return record


def _note(act: _Act, part: AppointmentPhase, one: Noted) -> None:
    record = _record(part)
    if record is None and one.started is not None:
        record = _begin(act, part, one.started)
    if record is None:
        return
    replace = one.firm and one.started not in (None, record.started_at)
    started = one.started if replace and one.started else record.started_at
    ended = one.ended if one.ended and (one.firm or not record.ended_at) else None
    if ended is not None and ended < started:
        ended = None
    if record.ended_at is None and ended is not None and not replace:
        _end(act, record, ended)
    elif replace or ended not in (None, record.ended_at):
        ended = ended or record.ended_at
        if ended is None or started <= ended:
            _correct(act, record, started, ended, "as recorded with the act")


def _tell(
    act: _Act,
    name: str,
    event: type[PhaseStarted | PhaseEnded],
    record: PhaseRecord,
    at: datetime,
) -> None:
    _write(act, name, record, planned_start=record.planned_start)
    _publish(act, event, record, at)


def _write(act: _Act, name: str, record: PhaseRecord, **more: object) -> None:
    times = {"started": record.started_at, "ended": record.ended_at}
    journal.record(
        f"appointment.{name}",
        subject=f"appointment:{act.appointment.pk}",
        by=act.by,
        at=act.now,
        payload={
            "position": str(record.position),
            "phase": record.phase.name,
            **{key: at for key, at in times.items() if at},
            **more,
        },
    )


def _publish(
    act: _Act,
    event: type[PhaseStarted | PhaseEnded],
    record: PhaseRecord,
    at: datetime,
) -> None:
    events.publish(
        event(
            occurred_at=act.now,
            appointment_id=act.appointment.pk,
            patient_id=act.appointment.patient_id,
            subject=act.appointment.subject,
            position=record.position,
            at=at,
        )
    )
