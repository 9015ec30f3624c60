"""Booking a visit: all of its resources, or none.

The acts on a visit (`scheduling.booking.move`, `.visits`) can be had here, too.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core.actor import Actor
from core.refusal import Refused
from patients.services.patients import lock as lock_patient
from scheduling.booking import book_hold
from scheduling.booking.acts import (
    arrive,
    cancel,
    check_in,
    confirm,
    end,
    fulfil,
    no_show,
    undo_arrival,
    undo_check_in,
    undo_fulfil,
)
from scheduling.booking.announcements import announce_booked
from scheduling.booking.availability import check_patient_free, taken
from scheduling.booking.errors import InvalidStart
from scheduling.booking.move import move, reassign, undo_move
from scheduling.booking.preview import preview_move, preview_reassign
from scheduling.booking.refusals import refuse_asked
from scheduling.booking.reserve import Wanted, take
from scheduling.booking.rows import new_appointment, store_appointment
from scheduling.booking.rules import Ask, reasons_against, resolved
from scheduling.booking.starts import check_start
from scheduling.booking.undo_no_show import undo_no_show
from scheduling.models import Appointment
from scheduling.openings.search import check_wished
from scheduling.visit_types.selectors import visit_kind
from scheduling.visit_types.variation import USUAL, Variation


@transaction.atomic
def book(
    *,
    clinic_id: int,
    patient_id: UUID,
    visit_type: int | str = "",
    start: datetime | None = None,
    clinician: int | None = None,
    prefer: frozenset[int] = frozenset(),
    avoiding: frozenset[int] = frozenset(),
    shown: frozenset[int] = frozenset(),
    subject: str = "",
    variation: Variation = USUAL,
    hold_id: UUID | None = None,
    said: Mapping[str, Any] | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Appointment | Refused:
    """Book a visit, either at `start` or as a hold has it.

    A naive `start` is the clinic's wall clock; a hold has its own `variation` and
    resources, which the fields of a request, `said` beside it, must not contradict.
    `prefer` and `avoiding` are clinicians; `shown` are the resources of an opening
    somebody chose: those that are still free are taken.
    Refused, on record, where a rule says no. Raises SlotTaken (with alternatives),
    PatientBusy, NotFound, or Invalid in words; then nothing of the attempt remains.
    """
    patient = lock_patient(patient_id, clinic_id)
    if hold_id is not None:
        return book_hold.book_hold(
            hold_id,
            patient,
            start=start,
            subject=subject,
            reason=reason,
            said=said,
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
    check_wished(kind, plan, prefer, avoiding, clinician)
    wanted = Wanted(kind, plan, start, now, clinician, variation=variation)
    wanted = replace(wanted, prefer=shown or prefer, avoiding=avoiding)
    new = new_appointment(wanted, patient_id, ask.subject)
    appointment = take(wanted, new, lambda _: store_appointment(new, plan))
    if appointment is None:
        check_patient_free(patient_id, kind, plan, start)
        raise taken(replace(wanted, prefer=prefer), patient_id)
    announce_booked(appointment, kind, reason, by, now)
    return appointment


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
    "preview_move",
    "preview_reassign",
    "reassign",
    "undo_arrival",
    "undo_check_in",
    "undo_fulfil",
    "undo_move",
    "undo_no_show",
]
