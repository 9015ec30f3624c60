"""Preview of a move: what it would change, before anybody makes it; only reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from core.refusal import Reason
from scheduling.booking import selectors
from scheduling.booking.availability import check_patient_free, taken, why_taken
from scheduling.booking.errors import InvalidStart, PatientBusy
from scheduling.booking.move import ask_to_move, wanted_for
from scheduling.booking.move_history import Changed, changed_phases
from scheduling.booking.reserve import Wanted, opening_for, world_at
from scheduling.booking.rules import reasons_against
from scheduling.booking.short_notice import is_near
from scheduling.booking.starts import check_start
from scheduling.booking.status import Act
from scheduling.booking.transitions import reason_against
from scheduling.explain.sentences import Rejection
from scheduling.models import Appointment, Reservation
from scheduling.openings.candidates import Opening
from scheduling.visit_types.selectors import visit_kind_of

NOBODY_ELSE = Reason(
    "slot-taken",
    "No other resource is free at this time.",
    "Move the visit, or choose differently.",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """Changes that a move would make, or why it cannot be made.

    `reasons` are in words, `why` is what is in the way of this start, and
    `alternatives` are starts that can be had.

    `says_why`: the move is made only with a reason.
    """

    appointment: Appointment
    start: datetime
    changed: Changed | None
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[Opening, ...] = ()
    says_why: bool = False
    why: Rejection | None = None


def preview_move(
    *,
    appointment_id: UUID,
    start: datetime,
    clinic_id: int | None = None,
    prefer: frozenset[int] = frozenset(),
    avoiding: frozenset[int] = frozenset(),
    now: datetime,
) -> Preview:
    """Return what `booking.move` to this start would change now.

    Raises InvalidStart as it does, and NoSuchAppointment; whatever else is in the way
    is in the answer.
    """
    appointment = selectors.clinic_appointment(appointment_id, clinic_id)
    kind = visit_kind_of(appointment.visit_type_id)
    start = check_start(start, kind, now)
    if start == appointment.start:
        raise InvalidStart("The visit starts at this time already.")
    if against := reason_against(appointment, Act.MOVE, now):
        return Preview(appointment, start, None, (against,))
    if reasons := reasons_against(ask_to_move(appointment, kind, start, now)):
        return Preview(appointment, start, None, reasons)
    wanted, held = wanted_for(appointment, kind, start, now, avoiding, prefer)
    return _look(appointment, wanted, held)


def preview_reassign(
    *,
    appointment_id: UUID,
    clinic_id: int | None = None,
    prefer: frozenset[int] = frozenset(),
    avoiding: frozenset[int] = frozenset(),
    now: datetime,
) -> Preview:
    """Return what `booking.reassign` would change now.

    Nothing changes where nothing is `replaced`.

    Raises NoSuchAppointment; whatever else is in the way is in the answer.
    """
    appointment = selectors.clinic_appointment(appointment_id, clinic_id)
    start = appointment.start
    if against := reason_against(appointment, Act.MOVE, now):
        return Preview(appointment, start, None, (against,))
    kind = visit_kind_of(appointment.visit_type_id)
    wanted, held = wanted_for(appointment, kind, start, now, avoiding, prefer)
    opening = opening_for(world_at(wanted), wanted)
    if opening is None:
        why = why_taken(wanted, appointment.patient_id)
        return Preview(appointment, start, None, (NOBODY_ELSE,), why=why)
    return _possible(appointment, wanted, held, opening)


def _look(
    appointment: Appointment, wanted: Wanted, held: Iterable[Reservation]
) -> Preview:
    patient_id = appointment.patient_id
    try:
        check_patient_free(
            patient_id, wanted.kind, wanted.plan, wanted.start, but=appointment
        )
    except PatientBusy as busy:
        reason = Reason(busy.code, f"{busy.title}.", busy.detail)
        return _not_possible(appointment, wanted, reason)
    opening = opening_for(world_at(wanted), wanted)
    if opening is None:
        reason = Reason("slot-taken", "This time is not available.")
        return _not_possible(appointment, wanted, reason)
    return _possible(appointment, wanted, held, opening)


def _possible(
    appointment: Appointment,
    wanted: Wanted,
    held: Iterable[Reservation],
    opening: Opening,
) -> Preview:
    return Preview(
        appointment,
        wanted.start,
        _changed(wanted, held, opening),
        says_why=is_near(wanted.now, appointment.start, wanted.start),
    )


def _not_possible(appointment: Appointment, wanted: Wanted, reason: Reason) -> Preview:
    refused = taken(wanted, appointment.patient_id)
    return Preview(
        appointment,
        wanted.start,
        None,
        (reason,),
        refused.alternatives,
        why=refused.why,
    )


def _changed(wanted: Wanted, held: Iterable[Reservation], opening: Opening) -> Changed:
    assert wanted.moving is not None
    before = [(r.resource_id, r.need_id) for r in held if r.need_id is not None]
    after = [(claim.resource_id, claim.need_id) for claim in opening.claims]
    return Changed(
        start_before=wanted.moving.start,
        end_before=wanted.moving.end,
        start=wanted.start,
        end=wanted.start + timedelta(minutes=wanted.plan.length_minutes),
        phases=changed_phases(wanted.plan, before, after),
    )
