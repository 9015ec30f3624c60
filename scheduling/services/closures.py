"""Changed hours, closures and retirement never move a visit: they open conflicts.

Whoever calls has locked the resources, as bookings do.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import Q

from core.actor import Actor
from scheduling.models import Conflict, Resource
from scheduling.selectors.misfits import Misfit, misfits, reserved
from scheduling.services.conflicts import resolve

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
    """What the block makes impossible becomes a conflict of this cause; a conflict
    over hours that the block makes possible again is none any more."""
    before = misfits(clinic_id, resource_id, now)
    yield
    after = misfits(clinic_id, resource_id, now)
    _open(after - before, resource_id, cause, now)
    _settle(after, clinic_id, resource_id, by, now)


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
