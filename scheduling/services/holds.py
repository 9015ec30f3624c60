"""Keeping an opening aside for a while."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction

from core import journal
from core.actor import Actor
from core.db import unit_of_work
from core.problems import NotFound
from core.refusal import Refused
from patients.services.patients import lock as lock_patient
from scheduling.domain.plan import Plan
from scheduling.domain.variation import USUAL, Variation
from scheduling.models import Hold
from scheduling.selectors.visit_types import visit_kind
from scheduling.services.availability import check_patient_free, taken
from scheduling.services.refusing import refuse_asked
from scheduling.services.reserving import (
    Wanted,
    lock_resources,
    resources_of,
    take,
)
from scheduling.services.rules import Ask, reasons_against, resolved
from scheduling.services.starts import agreed, check_start

BY_STAFF = timedelta(hours=48)
ON_THE_WEB = timedelta(minutes=10)


@transaction.atomic
def hold(
    *,
    clinic_id: int,
    visit_type: int | str,
    start: datetime,
    patient_id: UUID | None = None,
    clinician: int | None = None,
    subject: str = "",
    variation: Variation = USUAL,
    lasts: timedelta | None = None,
    by: Actor,
    now: datetime,
) -> Hold | Refused:
    """Keep an opening aside, for a patient or for nobody yet.

    It lasts 48 hours for staff and 10 minutes for everybody else, or `lasts`. Raises
    as `booking.book`.
    """
    patient = lock_patient(patient_id, clinic_id) if patient_id else None
    kind = visit_kind(clinic_id=clinic_id, visit_type=visit_type)
    plan = kind.varied(variation)
    start = check_start(start, kind, now)
    ask = resolved(Ask("hold", kind, patient, start, subject, now))
    if reasons := reasons_against(ask):
        return refuse_asked(ask, reasons, by)
    if patient:
        check_patient_free(patient.pk, kind, plan, start)
    wanted = Wanted(kind, plan, start, now, clinician, variation=variation)
    expires_at = now + (lasts or (BY_STAFF if by.kind == "staff" else ON_THE_WEB))
    held = take(
        wanted, lambda _: _create(wanted, patient_id, ask.subject, expires_at, by)
    )
    if held is None:
        raise taken(wanted, patient_id)
    _record("hold.made", held, by, now)
    return held


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


def _create(
    wanted: Wanted,
    patient_id: UUID | None,
    subject: str,
    expires_at: datetime,
    by: Actor,
) -> Hold:
    return Hold.objects.create(
        clinic_id=wanted.kind.clinic_id,
        visit_type_id=wanted.kind.id,
        patient_id=patient_id,
        clinician_id=wanted.clinician,
        subject=subject,
        variation=wanted.variation.as_data(),
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
