"""Changed hours, closures and retirement never move a visit: they open conflicts.

Whoever calls has locked the resources, as bookings do; `follow_holidays` does itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clinics.selectors import public_holidays
from core import locks
from core.actor import Actor
from scheduling.booking.misfits import Misfit, misfits, reserved
from scheduling.booking.visit_conflicts import resolve
from scheduling.models import Appointment, Conflict, Resource

FITS_AGAIN = "the hours allow it again"
_TEXTS = {
    Conflict.Cause.HOURS: "The visit lies outside the hours, which were changed.",
    Conflict.Cause.CLOSURE: "The clinic is closed at that time.",
    Conflict.Cause.RETIRED: "{} is retired.",
}


@contextmanager
def watching_hours(
    clinic_id: int, resource_id: int | None, cause: str, *, by: Actor, now: datetime
) -> Iterator[None]:
    """Open a conflict of this `cause` for each visit the block makes impossible.

    Conflicts over hours that the block makes possible again are resolved.
    """
    before = misfits(clinic_id, resource_id, now)
    yield
    after = misfits(clinic_id, resource_id, now)
    _open(after - before, resource_id, cause, now)
    _settle(after, clinic_id, resource_id, by, now)


@transaction.atomic
def follow_holidays(
    *, clinic_id: int, before: str, after: str, by: Actor, now: datetime
) -> None:
    """Open a conflict for each visit on a day that became a holiday.

    Visits whose day is none any more need no decision.
    """
    locks.lock(Resource.objects.filter(clinic_id=clinic_id))
    found = misfits(clinic_id, None, now)
    closed = _newly_closed({visit_id for visit_id, _ in found}, before, after)
    lost = {misfit for misfit in found if misfit[0] in closed}
    _open(lost, None, Conflict.Cause.CLOSURE, now)
    _settle(found, clinic_id, None, by, now)


def _newly_closed(visit_ids: set[UUID], before: str, after: str) -> set[UUID]:
    found = Appointment.objects.filter(pk__in=visit_ids).select_related("clinic")
    days = {visit.pk: visit.local_on for visit in found}
    if not days:
        return set()
    first, last = min(days.values()), max(days.values())
    new = public_holidays(after, first, last) - public_holidays(before, first, last)
    return {visit_id for visit_id, on in days.items() if on in new}


def open_for_retired(resource: Resource, *, now: datetime) -> None:
    """One conflict for each visit still to come that has this resource."""
    found = reserved(resource.clinic_id, resource.pk, now)
    _open(found, resource.pk, Conflict.Cause.RETIRED, now, resource.name)


def _open(
    found: set[Misfit],
    resource_id: int | None,
    cause: str,
    now: datetime,
    name: str = "",
) -> None:
    Conflict.objects.bulk_create(
        (
            Conflict(
                appointment_id=visit_id,
                resource_id=resource_id,
                cause=cause,
                detail=_TEXTS[Conflict.Cause(cause)].format(name)[:200],
                opened_at=now,
            )
            for visit_id in sorted({visit_id for visit_id, _ in found})
        ),
        ignore_conflicts=True,
    )


def _settle(
    after: set[Misfit],
    clinic_id: int,
    resource_id: int | None,
    by: Actor,
    now: datetime,
) -> None:
    which = Q() if resource_id is None else Q(resource=resource_id)
    opened = Conflict.objects.filter(
        which,
        appointment__clinic_id=clinic_id,
        cause__in=[Conflict.Cause.HOURS, Conflict.Cause.CLOSURE],
        resolved_at=None,
    )
    resolve(
        [c for c in opened if not _is_about(c, after)],
        Conflict.Resolution.KEPT,
        FITS_AGAIN,
        by=by,
        now=now,
    )


def _is_about(conflict: Conflict, after: set[Misfit]) -> bool:
    return any(
        conflict.appointment_id == visit_id
        and conflict.resource_id in {None, resource_id}
        for visit_id, resource_id in after
    )
