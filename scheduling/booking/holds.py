"""Keeping an opening aside for a while."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from core import journal
from core.actor import Actor
from core.db import unit_of_work
from core.problems import FieldError, Invalid, NotFound
from core.refusal import Reason, Refused
from patients.services.patients import lock as lock_patient
from scheduling.booking.availability import check_patient_free, taken
from scheduling.booking.book_hold import stands
from scheduling.booking.hold_limits import (
    MOST_PER_PATIENT,
    Limits,
    ends_at,
    in_words,
    limits,
)
from scheduling.booking.refusals import refuse, refuse_asked
from scheduling.booking.reserve import Wanted, lock_resources, resources_of, take
from scheduling.booking.rules import Ask, reasons_against, resolved
from scheduling.booking.starts import agreed, check_start
from scheduling.models import Hold
from scheduling.openings.search import check_wished
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.selectors import visit_kind
from scheduling.visit_types.variation import USUAL, Variation

if TYPE_CHECKING:
    from patients.models import Patient

# Less than that reads as the same time again.
A_DIFFERENCE = timedelta(minutes=1)


@transaction.atomic
def hold(
    *,
    clinic_id: int,
    visit_type: int | str,
    start: datetime,
    patient_id: UUID | None = None,
    clinician: int | None = None,
    prefer: frozenset[int] = frozenset(),
    avoiding: frozenset[int] = frozenset(),
    shown: frozenset[int] = frozenset(),
    subject: str = "",
    variation: Variation = USUAL,
    lasts: timedelta | None = None,
    by: Actor,
    now: datetime,
) -> Hold | Refused:
    """Keep an opening aside, for a patient or for nobody yet.

    It lasts 48 hours for staff and 10 minutes for everybody else, or `lasts`, and at
    most until the visit would start. Refused, on record, where a rule says no, or for
    a third one of a patient. With whom, and what it raises, as `booking.book`.
    """
    patient = lock_patient(patient_id, clinic_id) if patient_id else None
    kind = visit_kind(clinic_id=clinic_id, visit_type=visit_type)
    plan = kind.varied(variation)
    start = check_start(start, kind, now)
    ask = resolved(Ask("hold", kind, patient, start, subject, now))
    if reasons := (*_too_many(patient, now), *reasons_against(ask)):
        return refuse_asked(ask, reasons, by)
    if patient:
        check_patient_free(patient.pk, kind, plan, start)
    check_wished(kind, plan, prefer, avoiding, clinician)
    wanted = Wanted(kind, plan, start, now, clinician, variation=variation)
    wanted = replace(wanted, prefer=shown or prefer, avoiding=avoiding)
    expires_at = ends_at(start, now + (lasts or limits(by.kind).at_once))
    new = _new(wanted, patient_id, ask.subject, expires_at, by)
    held = take(wanted, new, lambda _: _store(new))
    if held is None:
        raise taken(replace(wanted, prefer=prefer), patient_id)
    _record("hold.made", held, by, now)
    return held


def _too_many(patient: "Patient | None", now: datetime) -> tuple[Reason, ...]:
    """The patient's row is locked, so nobody adds another meanwhile."""
    if patient is None:
        return ()
    standing = Hold.objects.filter(patient=patient, ended_at=None, expires_at__gt=now)
    if standing.count() < MOST_PER_PATIENT:
        return ()
    text = f"{MOST_PER_PATIENT} openings are kept aside for this patient already."
    return (Reason("too-many-holds", text, "Book one of them, or let one go."),)


@transaction.atomic
def extend(
    *,
    hold_id: UUID,
    lasts: timedelta | None = None,
    clinic_id: int | None = None,
    by: Actor,
    now: datetime,
) -> Hold | Refused:
    """Keep the opening aside until `lasts` from now, or as long as may be.

    That is 48 hours at once and 7 days in all for staff, 10 and 30 minutes for
    everybody else, and never past the visit's start. Refused, on record, if the hold
    is over, has lost any of its time, or could not stand any longer. Raises Invalid
    for more than may be asked, and NotFound.
    """
    held = _lock(hold_id, clinic_id)
    allowed = limits(by.kind)
    if lasts is not None and lasts > allowed.at_once:
        fault = f"An opening is kept aside {in_words(allowed.at_once)} at a time."
        raise Invalid([FieldError("/minutes", fault)])
    asked, most = now + (lasts or allowed.at_once), held.created_at + allowed.in_all
    expires_at = ends_at(held.start, asked, most)
    if against := _against_extending(held, expires_at, allowed, now):
        stream = f"hold:{held.pk}"
        return refuse("hold.extend", (against,), stream=stream, by=by, now=now)
    held.expires_at = expires_at
    held.save(update_fields=["expires_at"])
    _record("hold.extended", held, by, now)
    return held


def _against_extending(
    held: Hold, expires_at: datetime, allowed: Limits, now: datetime
) -> Reason | None:
    again = "Search again, and hold or book what is free."
    if not stands(held, now):
        return Reason("hold-over", "The opening is no longer kept aside.", again)
    if held.offers.exists():
        text = "The opening is offered to the waiting list until the offers end."
        return Reason("hold-offered", text, "Take the offers back first.")
    if held.expires_at >= held.start:
        text = "The opening is kept aside until it begins, which is as long as may be."
        return Reason("hold-start", text, "Book it, or let it go.")
    if held.expires_at >= held.created_at + allowed.in_all:
        text = f"An opening is kept aside {in_words(allowed.in_all)} at most."
        return Reason("hold-limit", text, "Book it, or let it go.")
    if expires_at - held.expires_at < A_DIFFERENCE:
        text = "The opening is kept aside for as long as that already."
        return Reason("hold-longer", text, "Ask for more time, or leave it as it is.")
    return None


@transaction.atomic
def release(
    *, hold_id: UUID, clinic_id: int | None = None, by: Actor, now: datetime
) -> Hold:
    """Give the opening back; nothing happens if the hold is over already."""
    held = _lock(hold_id, clinic_id)
    if held.ended_at is None:
        _end(held, Hold.End.RELEASED, by, now)
    return held


def release_expired_holds(*, by: Actor, now: datetime) -> int:
    """End every hold whose time is over; how many. One transaction for each."""
    due = Hold.objects.filter(ended_at=None, expires_at__lte=now).order_by("expires_at")
    ids = list(due.values_list("pk", flat=True))
    return sum(unit_of_work(partial(_expire, pk, by, now)) for pk in ids)


def _expire(hold_id: UUID, by: Actor, now: datetime) -> bool:
    held = _lock(hold_id, None)
    if held.ended_at is not None or held.expires_at > now:
        return False
    _end(held, Hold.End.EXPIRED, by, now)
    return True


def _lock(hold_id: UUID, clinic_id: int | None) -> Hold:
    """The hold as it is now: its patient locked first, then its resources."""
    found = Hold.objects.filter(pk=hold_id)
    if clinic_id is not None:
        found = found.filter(clinic_id=clinic_id)
    held = found.first()
    if held is None:
        raise NotFound("There is no such hold at this clinic.")
    if held.patient_id:
        lock_patient(held.patient_id)
    lock_resources(resources_of(held))
    held.refresh_from_db()
    return held


def _end(held: Hold, way: Hold.End, by: Actor, now: datetime) -> None:
    held.reservations.filter(released_at=None).update(released_at=now)
    held.ended_at = now
    held.ended_as = way
    held.save(update_fields=["ended_at", "ended_as"])
    _record(f"hold.{way.value}", held, by, now)


def _store(new: Hold) -> Hold:
    new.save(force_insert=True)
    return new


def _new(
    wanted: Wanted,
    patient_id: UUID | None,
    subject: str,
    expires_at: datetime,
    by: Actor,
) -> Hold:
    return Hold(
        clinic_id=wanted.kind.clinic_id,
        visit_type_id=wanted.kind.id,
        patient_id=patient_id,
        clinician_id=wanted.clinician,
        subject=subject,
        variation=wanted.variation.as_data(),
        not_clinicians=sorted(wanted.avoiding),
        plan=_as_stored(wanted.plan),
        made_by=str(by),
        expires_at=expires_at,
        created_at=wanted.now,
        **agreed(wanted.start, wanted.plan, wanted.kind.zone),
    )


def _as_stored(plan: Plan) -> list[dict[str, object]]:
    return [
        {
            "phase": phase.id,
            "name": phase.name,
            "offset_minutes": phase.offset_minutes,
            "duration_minutes": phase.duration_minutes,
        }
        for phase in plan.phases
    ]


def _record(name: str, held: Hold, by: Actor, now: datetime) -> None:
    journal.record(
        name,
        subject=f"hold:{held.pk}",
        by=by,
        at=now,
        payload={
            "patient": str(held.patient_id or ""),
            "subject": held.subject,
            "start": held.start,
            "expires_at": held.expires_at,
        },
    )
