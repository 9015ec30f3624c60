"""Setting a clinic up: resources, hours, exceptions and visit types."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from core import journal, locks
from core.actor import Actor
from core.problems import FieldError, Invalid, NotFound
from scheduling.absences.closures import open_for_retired, watching_hours
from scheduling.models import (
    Need,
    OpeningHours,
    Phase,
    Resource,
    ScheduleException,
    VisitType,
)
from scheduling.setup.checks import Hours, check_exception, check_hours, check_resource
from scheduling.visit_types.defaults import SHIPPED, NeedSpec, PhaseSpec, VisitSpec
from scheduling.visit_types.plan import check_plan
from scheduling.visit_types.selectors import visit_kind_of

if TYPE_CHECKING:
    from clinics.models import Clinic


@transaction.atomic
def add_resource(
    *,
    clinic_id: int,
    kind: str,
    name: str,
    capabilities: Iterable[str] = (),
    by: Actor,
    now: datetime,
) -> Resource:
    """Add one person, room or device. Raises Invalid, as if the name is in use."""
    capabilities = list(capabilities)
    check_resource(kind, name, capabilities)
    if Resource.objects.filter(clinic_id=clinic_id, name=name).exists():
        raise Invalid([FieldError("/name", "There is one of this name already.")])
    resource = Resource.objects.create(
        clinic_id=clinic_id, kind=kind, name=name, capabilities=capabilities
    )
    _record("resource.added", resource, by, now, kind=kind)
    return resource


@transaction.atomic
def retire_resource(
    *, clinic_id: int, resource_id: int, by: Actor, now: datetime
) -> Resource:
    """Nothing new is booked on it; visits that have it get an open conflict.

    Raises NotFound. Retired already, it stays so and nothing happens.
    """
    [resource] = _lock(clinic_id, resource_id)
    if not resource.active:
        return resource
    resource.active = False
    resource.save(update_fields=["active"])
    open_for_retired(resource, now=now)
    _record("resource.retired", resource, by, now)
    return resource


@transaction.atomic
def set_hours(
    *,
    clinic_id: int,
    hours: Hours,
    resource_id: int | None = None,
    valid_from_on: date | None = None,
    valid_to_on: date | None = None,
    by: Actor,
    now: datetime,
) -> None:
    """Replace the hours of the clinic, or of one resource.

    `hours` maps a weekday (Monday = 0) to its stretches of wall clock time; an end
    of 00:00 is midnight. Visits already booked are never moved; one that lies
    outside the new hours gets an open conflict.
    """
    _lock(clinic_id, resource_id)
    check_hours(hours)
    rows = [
        OpeningHours(
            clinic_id=clinic_id,
            resource_id=resource_id,
            weekday=weekday,
            local_start=start,
            local_end=end,
            valid_from_on=valid_from_on,
            valid_to_on=valid_to_on,
        )
        for weekday, stretches in sorted(hours.items())
        for start, end in stretches
    ]
    with watching_hours(clinic_id, resource_id, "hours", by=by, now=now):
        before = OpeningHours.objects.filter(clinic_id=clinic_id)
        before.filter(resource=resource_id).delete()
        OpeningHours.objects.bulk_create(rows)
    _record_hours("hours.set", clinic_id, resource_id, by, now)


@transaction.atomic
def add_exception(
    *,
    clinic_id: int,
    kind: str,
    applies_on: date,
    local_start: time | None = None,
    local_end: time | None = None,
    resource_id: int | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> ScheduleException:
    """Close ("closed") or open ("extra") the clinic or a resource on one date.

    A visit that a closure makes impossible gets an open conflict. Raises NotFound,
    and Invalid for times that run backwards or come alone.
    """
    check_exception(kind, applies_on, local_start, local_end, reason)
    _lock(clinic_id, resource_id)
    cause = "closure" if resource_id is None else "hours"
    with watching_hours(clinic_id, resource_id, cause, by=by, now=now):
        exception = ScheduleException.objects.create(
            clinic_id=clinic_id,
            resource_id=resource_id,
            kind=kind,
            applies_on=applies_on,
            local_start=local_start,
            local_end=local_end,
            reason=reason,
        )
    _record_hours(f"hours.{kind}", clinic_id, resource_id, by, now)
    return exception


@transaction.atomic
def remove_exception(
    *, clinic_id: int, exception_id: int, by: Actor, now: datetime
) -> None:
    """The date is like any other again. What fits again is no conflict any more; a
    visit that only an extra opening allowed gets one. Raises NotFound."""
    which = ScheduleException.objects.filter(pk=exception_id, clinic_id=clinic_id)
    found = which.first()
    if found is not None:
        _lock(clinic_id, found.resource_id)
    if found is None or not which.exists():  # a rival may have removed it
        raise NotFound("There is no such closed or extra day at this clinic.")
    with watching_hours(clinic_id, found.resource_id, "hours", by=by, now=now):
        which.delete()
    _record_hours(f"hours.{found.kind}_removed", clinic_id, found.resource_id, by, now)


def ship_visit_types(*, clinic: "Clinic", by: Actor, now: datetime) -> list[VisitType]:
    """Give a clinic the visit types it starts with; those it has are left alone."""
    known = set(VisitType.objects.filter(clinic=clinic).values_list("slug", flat=True))
    return [
        define_visit_type(clinic_id=clinic.pk, spec=spec, by=by, now=now)
        for spec in SHIPPED
        if spec.slug not in known
    ]


@transaction.atomic
def define_visit_type(
    *, clinic_id: int, spec: VisitSpec, by: Actor, now: datetime
) -> VisitType:
    """Add a visit type, or a new version of it; booked visits keep theirs.

    Raises Invalid for a visit the engine cannot offer.
    """
    versions = VisitType.objects.filter(clinic_id=clinic_id, slug=spec.slug)
    latest = versions.order_by("-version").first()
    if latest:
        versions.filter(active=True).update(active=False)
    visit_type = VisitType.objects.create(
        clinic_id=clinic_id,
        slug=spec.slug,
        version=latest.version + 1 if latest else 1,
        name=spec.name,
        minimum_lead=timedelta(minutes=spec.minimum_lead_minutes),
        requires_decision=spec.requires_decision,
        in_person=spec.in_person,
    )
    _add_phases(visit_type, spec.phases)
    _check(visit_type, spec)
    journal.record(
        "visit_type.defined",
        subject=f"clinic:{clinic_id}",
        by=by,
        at=now,
        payload={"slug": spec.slug, "version": str(visit_type.version)},
    )
    return visit_type


def _add_phases(visit_type: VisitType, specs: Sequence[PhaseSpec]) -> None:
    phases = Phase.objects.bulk_create(
        _phase(visit_type, position, spec) for position, spec in enumerate(specs)
    )
    needs = [
        (_need(phase, position, wanted), wanted)
        for phase, spec in zip(phases, specs, strict=True)
        for position, wanted in enumerate(spec.needs)
    ]
    Need.objects.bulk_create(need for need, wanted in needs if not wanted.same_as)
    by_key: dict[str, Need] = {}
    for need, wanted in needs:
        if wanted.same_as:
            need.same_as = by_key[wanted.same_as]
            need.save()
        if wanted.key:
            by_key[wanted.key] = need


def _phase(visit_type: VisitType, position: int, spec: PhaseSpec) -> Phase:
    shortest, longest = spec.bounds or (spec.duration, spec.duration)
    return Phase(
        visit_type=visit_type,
        position=position,
        name=spec.name,
        offset_minutes=spec.offset,
        duration_minutes=spec.duration,
        min_duration_minutes=shortest,
        max_duration_minutes=longest,
        minutes_per_target=spec.per_target,
        sedation_minutes=dict(spec.by_sedation),
    )


def _need(phase: Phase, position: int, wanted: NeedSpec) -> Need:
    return Need(
        phase=phase,
        position=position,
        kinds=list(wanted.kinds),
        capabilities=list(wanted.capabilities),
        count=wanted.count,
        buffer_before_minutes=wanted.before,
        buffer_after_minutes=wanted.after,
        only_if=wanted.only_if,
    )


def _check(visit_type: VisitType, spec: VisitSpec) -> None:
    if not spec.phases:
        raise Invalid([FieldError("/phases", "A visit needs at least one phase.")])
    faults = check_plan(visit_kind_of(visit_type.pk).plan)
    if faults:
        raise Invalid([FieldError("/phases", fault) for fault in faults])


def _lock(clinic_id: int, resource_id: int | None) -> list[Resource]:
    """Lock the rows that bookings lock, in id order, before time becomes unbookable.

    Raises NotFound if the clinic has no such resource.
    """
    which = Q(pk=resource_id) if resource_id is not None else Q()
    locked = locks.lock(Resource.objects.filter(which, clinic_id=clinic_id))
    if resource_id is not None and not locked:
        raise NotFound("There is no such resource at this clinic.")
    return locked


def _record(
    name: str, resource: Resource, by: Actor, now: datetime, **payload: str
) -> None:
    subject = f"resource:{resource.pk}"
    journal.record(name, subject=subject, by=by, at=now, payload=payload)


def _record_hours(
    name: str, clinic_id: int, resource_id: int | None, by: Actor, now: datetime
) -> None:
    owner = f"clinic:{clinic_id}" if resource_id is None else f"resource:{resource_id}"
    journal.record(name, subject=owner, by=by, at=now)
