"""Moving visits, giving them other resources, and moving them back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction

from core.actor import Actor
from core.problems import FieldError, Invalid
from core.refusal import Reason, Refused
from scheduling.booking.announcements import announce
from scheduling.booking.availability import check_patient_free, taken
from scheduling.booking.claims import Kept, new_move, resources_in, time_in
from scheduling.booking.errors import InvalidStart
from scheduling.booking.hooks import give_up_time, take_move_back
from scheduling.booking.locked import lock_appointment
from scheduling.booking.move_history import last_move
from scheduling.booking.reasons import check_says_why
from scheduling.booking.refusals import refuse
from scheduling.booking.release import (
    absences_waiting_for,
    awaited_by,
    free,
)
from scheduling.booking.reserve import Wanted, take
from scheduling.booking.rows import stamped_phases
from scheduling.booking.rules import Ask, reasons_against
from scheduling.booking.starts import agreed, check_start
from scheduling.booking.status import Act
from scheduling.booking.transitions import reason_against, reason_against_undo
from scheduling.booking.visit_conflicts import open_conflicts
from scheduling.booking.wish_tasks import NOTHING_SAID, settle
from scheduling.events import AppointmentMoved, AppointmentReassigned
from scheduling.models import Absence, Appointment, AppointmentMove, Reservation
from scheduling.openings.candidates import Opening
from scheduling.resources.kinds import CLINICIAN
from scheduling.timegrid.grid import CELL
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import VisitKind, visit_kind_of, with_phases
from scheduling.visit_types.variation import Variation


@transaction.atomic
def move(
    *,
    appointment_id: UUID,
    start: datetime,
    version: int,
    reason: str = "",
    clinic_id: int | None = None,
    prefer: frozenset[int] = frozenset(),
    avoiding: frozenset[int] = frozenset(),
    claims: Sequence[Kept] = (),
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Move a visit with its own phases.

    It keeps the resources it has where they are free at the new time, gets others
    where it must, those of `prefer` first, and never one of `avoiding`. With `claims`
    it gets just these or nothing. If the new time cannot be had, the old one is still
    reserved. Raises as `booking.book`, StaleVersion, and at short notice ReasonNeeded.
    """
    appointment = lock_appointment(appointment_id, clinic_id, version)
    if against := reason_against(appointment, Act.MOVE, now):
        return _refuse("move", appointment, (against,), by, now)
    kind = visit_kind_of(appointment.visit_type_id)
    start = check_start(start, kind, now)
    if start == appointment.start:
        raise InvalidStart("The visit starts at this time already.")
    if reasons := reasons_against(ask_to_move(appointment, kind, start, now)):
        return _refuse("move", appointment, reasons, by, now)
    check_says_why(reason, now, appointment.start, start)
    wanted, held = wanted_for(appointment, kind, start, now, avoiding, prefer)
    change = _Change(_just(wanted, claims), held, reason, by)
    moved = _carry_out(change)
    _announce_moved("appointment.moved", moved, reason, by, now)
    return moved


@transaction.atomic
def reassign(
    *,
    appointment_id: UUID,
    version: int,
    prefer: frozenset[int] = frozenset(),
    avoiding: frozenset[int] = frozenset(),
    claims: Sequence[Kept] = (),
    reason: str = "",
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Give a visit other resources at the same start where it must, or is to.

    None of `avoiding` stays; whoever else is free then, stays; of others, those of
    `prefer` come first. With `claims` it gets just these or nothing. The patient is
    sent nothing: messages name no resource. Raises SlotTaken where nobody else is
    free, Invalid where nothing would change, StaleVersion, and at short notice
    ReasonNeeded.
    """
    appointment = lock_appointment(appointment_id, clinic_id, version)
    if against := reason_against(appointment, Act.MOVE, now):
        return _refuse("reassign", appointment, (against,), by, now)
    check_says_why(reason, now, appointment.start)
    kind = visit_kind_of(appointment.visit_type_id)
    start = appointment.start
    wanted, held = wanted_for(appointment, kind, start, now, avoiding, prefer)
    moved = _carry_out(_Change(_just(wanted, claims), held, reason, by))
    _announce_reassigned("appointment.reassigned", moved, reason, by, now)
    return moved


@transaction.atomic
def undo_move(
    *,
    appointment_id: UUID,
    version: int,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Take the latest change of time or resources back, as another move.

    The visit gets its old start and confirmation, and its old resources where they
    are free; where accepting an offer moved it, its patient waits again. Refused, on
    record, if there is nothing to undo or the old time is over. Raises SlotTaken if
    the old time is somebody else's now, PatientBusy, and StaleVersion.
    """
    appointment = lock_appointment(appointment_id, clinic_id, version)
    last = last_move(appointment)
    if against := reason_against_undo(appointment, last, now):
        return _refuse("undo_move", appointment, (against,), by, now)
    assert last is not None
    kind = visit_kind_of(appointment.visit_type_id)
    start = last.from_during.lower
    if start != appointment.start:
        ask = ask_to_move(appointment, kind, start, now)
        if reasons := reasons_against(ask):
            return _refuse("undo_move", appointment, reasons, by, now)
    before = resources_in(last.from_claims)
    wanted, held = wanted_for(appointment, kind, start, now, before=before)
    wanted = replace(wanted, claims=time_in(last.from_claims))
    settle_what_it_freed = take_move_back(appointment, last)
    moved = _carry_out(_Change(wanted, held, last.reason, by, undoes=last))
    settle_what_it_freed(by, now)
    if last.from_during == last.to_during:
        _announce_reassigned("appointment.reassign_undone", moved, "", by, now)
    else:
        _announce_moved("appointment.move_undone", moved, "", by, now)
    return moved


def ask_to_move(
    appointment: Appointment, kind: VisitKind, start: datetime, now: datetime
) -> Ask:
    return Ask("move", kind, appointment.patient, start, appointment.subject, now)


def wanted_for(
    appointment: Appointment,
    kind: VisitKind,
    start: datetime,
    now: datetime,
    avoiding: frozenset[int] = frozenset(),
    prefer: frozenset[int] = frozenset(),
    before: frozenset[int] | None = None,
) -> tuple[Wanted, list[Reservation]]:
    """Return what a move to `start` asks for, and the reservations it gives up.

    Preferred are what it has, or had `before`, and those of `prefer`. The clinician
    once asked for is insisted on only while the visit has them, and where they are
    not absent then; one that was ruled out serves only if somebody chose them since.
    """
    held = list(appointment.reservations.filter(released_at=None).order_by("pk"))
    has = frozenset(reservation.resource_id for reservation in held)
    prefer |= has if before is None else before
    avoiding |= frozenset(appointment.not_clinicians) - prefer
    plan = own_plan(appointment, kind)
    absences = _waiting(appointment, held, start)
    away = _clinicians_away(absences, plan, start)
    asked_for = appointment.clinician_id
    insists = asked_for in prefer and asked_for not in avoiding | away
    wanted = Wanted(
        kind,
        plan,
        start,
        now,
        clinician=asked_for if insists else None,
        moving=appointment,
        variation=Variation.from_data(appointment.variation),
        given_up=has,
        prefer=prefer,
        avoiding=avoiding,
        awaited=awaited_by(absences, held),
    )
    return wanted, held


def _just(wanted: Wanted, claims: Sequence[Kept]) -> Wanted:
    """Return `wanted` with just these claims, if any: they say who serves, too."""
    if not claims:
        return wanted
    return replace(wanted, claims=time_in(claims), strictly=True, clinician=None)


def own_plan(appointment: Appointment, kind: VisitKind) -> Plan:
    """The plan with the phases as this visit has them."""
    variation = Variation.from_data(appointment.variation)
    return with_phases(kind.varied(variation), stamped_phases(appointment))


def _waiting(
    appointment: Appointment, held: list[Reservation], start: datetime
) -> list[Absence]:
    """Absences whose time this visit alone still keeps.

    Where only resources change, it may go on keeping what somebody decided it keeps.
    """
    if start != appointment.start:
        return absences_waiting_for(held)
    return [c.absence for c in open_conflicts(appointment) if c.absence]


def _clinicians_away(
    absences: Iterable[Absence], plan: Plan, start: datetime
) -> frozenset[int]:
    """Resources absent while a visit at `start` wants a clinician."""
    spans = [
        (start + first * CELL, start + last * CELL)
        for group in plan.groups
        if CLINICIAN in group.kinds
        for first, last in group.occupied
    ]
    return frozenset(
        absence.resource_id
        for absence in absences
        for first, last in spans
        if absence.period.lower < last and first < absence.period.upper
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """One move: what is wanted, what is `held` before, who does it and why."""

    wanted: Wanted
    held: list[Reservation]
    reason: str
    by: Actor
    undoes: AppointmentMove | None = None

    @property
    def appointment(self) -> Appointment:
        assert self.wanted.moving is not None
        return self.wanted.moving

    @property
    def moves(self) -> bool:
        """False where only resources change."""
        return self.wanted.start != self.appointment.start

    def give_up(self, opening: Opening) -> None:
        """Free what is held, under the locks.

        A mere reassignment settles only the conflicts over what the visit loses.
        """
        if self.moves:
            act: Literal["moved", "undone"] = "undone" if self.undoes else "moved"
            give_up_time(self.appointment, act, self.wanted.now, self.undoes)
        free(
            self.appointment,
            self.held,
            "moved",
            again=None if self.moves else opening.claims,
            by=self.by,
            now=self.wanted.now,
        )


def _carry_out(change: _Change) -> Appointment:
    wanted, appointment = change.wanted, change.appointment
    patient_id = appointment.patient_id
    if change.moves:
        check_patient_free(
            patient_id, wanted.kind, wanted.plan, wanted.start, but=appointment
        )
    moved = take(
        wanted,
        appointment,
        lambda opening: _store(change, opening),
        prepare=change.give_up,
    )
    if moved is None:
        raise taken(wanted, patient_id)
    return moved


def _store(change: _Change, opening: Opening) -> Appointment:
    appointment, wanted = change.appointment, change.wanted
    if not change.moves and _same(change.held, opening):
        fault = "Nothing would change: the visit has all of these resources already."
        raise Invalid([FieldError("/avoiding", fault)])
    before = new_move(
        appointment,
        change.held,
        agreed(wanted.start, wanted.plan, wanted.kind.zone)["during"],
        reason=change.reason,
        by=change.by,
        now=wanted.now,
        undone=change.undoes is not None,
    )
    changes: dict[str, Any] = {"version": appointment.version + 1}
    if change.moves:
        changes |= agreed(wanted.start, wanted.plan, wanted.kind.zone)
        changes |= {
            "status": Appointment.Status.BOOKED,
            "status_at": wanted.now,
            "confirmed_at": None,
            "revision": appointment.revision + 1,
            **NOTHING_SAID,
        }
    if change.undoes:
        if change.moves:
            changes["confirmed_at"] = change.undoes.from_confirmed_at
            if change.undoes.from_confirmed_at:
                changes |= {"answer": "yes", "answered_at": wanted.now}
            changes["status"] = change.undoes.from_status
        undone = AppointmentMove.objects.filter(pk=change.undoes.pk)
        undone.update(undone_at=wanted.now)
    before.save(force_insert=True)
    if change.moves:
        settle(appointment, "The visit was moved.", change.by, wanted.now)
    Appointment.objects.filter(pk=appointment.pk).update(**changes)
    # A copy: if this try is lost, the next one starts from what was.
    return Appointment.objects.select_related("visit_type", "patient").get(
        pk=appointment.pk
    )


def _same(held: Iterable[Reservation], opening: Opening) -> bool:
    before = {(r.resource_id, r.period.lower, r.period.upper) for r in held}
    return before == {(c.resource_id, c.start, c.end) for c in opening.claims}


def _refuse(
    act: str,
    appointment: Appointment,
    reasons: tuple[Reason, ...],
    by: Actor,
    now: datetime,
) -> Refused:
    stream = f"appointment:{appointment.pk}"
    return refuse(f"appointment.{act}", reasons, stream=stream, by=by, now=now)


def _announce_moved(
    name: str, appointment: Appointment, reason: str, by: Actor, now: datetime
) -> None:
    announce(
        name,
        AppointmentMoved,
        appointment,
        by=by,
        now=now,
        start=appointment.start,
        revision=str(appointment.revision),
        reason=reason,
    )


def _announce_reassigned(
    name: str, appointment: Appointment, reason: str, by: Actor, now: datetime
) -> None:
    announce(name, AppointmentReassigned, appointment, by=by, now=now, reason=reason)
