"""Reading visits, holds and resources."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.problems import FieldError, Invalid, NotFound
from scheduling.booking.status import LIVE
from scheduling.models import (
    Appointment,
    Conflict,
    Hold,
    OpeningHours,
    Reservation,
    Resource,
    VisitType,
)


class NoSuchAppointment(NotFound):
    """Nobody's, or another clinic's: the two look the same."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such appointment at this clinic. Check the id, or list the "
            "appointments to find it."
        )


_LIVE = [status.value for status in LIVE]


def appointment(
    appointment_id: UUID, clinic_id: int | None = None
) -> Appointment | None:
    """The visit with its patient and type; None for another clinic's."""
    found = Appointment.objects.filter(pk=appointment_id)
    if clinic_id is not None:
        found = found.filter(clinic_id=clinic_id)
    return found.select_related("patient", "visit_type", "clinic").first()


def clinic_appointment(
    appointment_id: UUID, clinic_id: int | None = None
) -> Appointment:
    """The visit as `appointment` reads it. Raises NoSuchAppointment."""
    found = appointment(appointment_id, clinic_id)
    if found is None:
        raise NoSuchAppointment
    return found


def bare_appointment(appointment_id: UUID) -> Appointment | None:
    """The visit with its clinic, type and patient: what planning messages needs."""
    found = Appointment.objects.select_related("clinic", "visit_type", "patient")
    return found.filter(pk=appointment_id).first()


def bare_appointments(appointment_ids: Collection[UUID]) -> dict[UUID, Appointment]:
    """Return many visits by id, with their types but not their clinic or patient."""
    # They share few types: read once each, not once a visit.
    rows = list(Appointment.objects.filter(pk__any_of=appointment_ids))
    types = VisitType.objects.in_bulk({row.visit_type_id for row in rows})
    for row in rows:
        row.visit_type = types[row.visit_type_id]
    return {row.pk: row for row in rows}


def visits_beside(
    visits: Collection[Appointment], within: timedelta
) -> dict[UUID, list[Appointment]]:
    """Return the other booked visits in person of the same patients, by visit.

    Only those that start within so long of it are there; one statement.
    """
    if not visits:
        return {}
    starts = [visit.start for visit in visits]
    found = Appointment.objects.filter(
        patient_id__any_of={visit.patient_id for visit in visits},
        in_person=True,
        status=Appointment.Status.BOOKED,
        during__startswith__gte=min(starts) - within,
        during__startswith__lte=max(starts) + within,
    )
    # The visits themselves are here already; most patients have no other.
    unread = found.exclude(pk__any_of=[visit.pk for visit in visits])
    here = [
        visit
        for visit in visits
        if visit.in_person and visit.status == Appointment.Status.BOOKED
    ]
    known = [*unread.select_related("visit_type"), *here]
    of_patient: dict[UUID, list[Appointment]] = defaultdict(list)
    for other in sorted(known, key=lambda one: (one.start, one.end, one.pk)):
        of_patient[other.patient_id].append(other)
    return {
        visit.pk: [
            other
            for other in of_patient[visit.patient_id]
            if other.pk != visit.pk and abs(other.start - visit.start) <= within
        ]
        for visit in visits
    }


def visits_to_call_about(now: datetime, ahead: timedelta) -> list[UUID]:
    """Return the ids of every clinic's visits in person that begin in so long.

    Those to come or missed that were changed in the last two days are there, too.
    """
    recent = Q(status_at__gt=now - timedelta(days=2))
    to_come = Q(status=Appointment.Status.BOOKED, during__startswith__gt=now)
    is_near = Q(during__startswith__lte=now + ahead)
    missed = Q(status=Appointment.Status.NOSHOW)
    found = Appointment.objects.filter(
        to_come & (is_near | recent) | missed & recent, in_person=True
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def appointments(appointment_ids: Collection[UUID]) -> QuerySet[Appointment]:
    """Return these visits, each with its type, its patient and their clinic."""
    found = Appointment.objects.filter(pk__in=appointment_ids)
    return found.select_related("patient__clinic", "visit_type")


def appointments_of(
    patient_id: UUID, from_on: date | None = None, to_on: date | None = None
) -> QuerySet[Appointment]:
    """A patient's visits, all or on these local days, the latest first."""
    return _on_days(Appointment.objects.filter(patient=patient_id), from_on, to_on)


def expected_of(patient_ids: Collection[UUID], now: datetime) -> QuerySet[Appointment]:
    """The visits in person that these patients are expected at, the next first."""
    rows = Appointment.objects.filter(
        patient__in=patient_ids,
        in_person=True,
        status=Appointment.Status.BOOKED,
        during__endswith__gt=now,
    )
    return rows.select_related("patient__clinic", "visit_type").order_by("during")


def appointments_at(
    clinic_id: int, from_on: date | None = None, to_on: date | None = None
) -> QuerySet[Appointment]:
    """A clinic's visits on its local days `from_on` … `to_on`, the latest first."""
    found = Appointment.objects.filter(clinic_id=clinic_id)
    return _on_days(found, from_on, to_on)


def _on_days(
    found: QuerySet[Appointment], from_on: date | None, to_on: date | None
) -> QuerySet[Appointment]:
    if from_on is not None:
        found = found.filter(local_on__gte=from_on)
    if to_on is not None:
        found = found.filter(local_on__lte=to_on)
    return found.select_related("visit_type").order_by("-during", "-created_at")


def in_force_for(subject: str) -> QuerySet[Appointment]:
    """Visits for a subject ("episode:<id>") that are booked or under way, by time."""
    return (
        Appointment.objects.filter(subject=subject, status__in=_LIVE)
        .select_related("visit_type")
        .order_by("during")
    )


def linked_conflicts(appointment_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what is wrong, in words, by visit id.

    Only visits that no longer fit the visit they are counted from are in it.
    """
    rows = Conflict.objects.filter(
        appointment__in=list(appointment_ids),
        cause=Conflict.Cause.LINKED,
        resolved_at=None,
    )
    return dict(rows.values_list("appointment_id", "detail"))


def called_off(clinic_id: int, since: datetime) -> QuerySet[Appointment]:
    """Return visits cancelled or missed since then, the oldest first.

    Their patients have no visit of the type later than that.
    """
    again = Appointment.objects.filter(
        patient=OuterRef("patient"),
        visit_type=OuterRef("visit_type"),
        during__endswith__gte=OuterRef("status_at"),
    ).exclude(status__in=("cancelled", "noshow", "entered-in-error"))
    rows = Appointment.objects.filter(
        clinic_id=clinic_id,
        in_person=True,
        status__in=("cancelled", "noshow"),
        status_at__gte=since,
    )
    rows = rows.exclude(Exists(again)).select_related("patient", "visit_type")
    return rows.order_by("status_at", "pk")


def next_day_with_visits(clinic_id: int, after: date) -> tuple[date, int] | None:
    """The first clinic-local day after `after` that has live visits, and how many."""
    live = Appointment.objects.filter(clinic_id=clinic_id, status__in=_LIVE)
    found = live.filter(local_on__gt=after).order_by("local_on").first()
    if found is None:
        return None
    return found.local_on, live.filter(local_on=found.local_on).count()


def hold(hold_id: UUID, clinic_id: int | None = None) -> Hold | None:
    found = Hold.objects.filter(pk=hold_id)
    if clinic_id is not None:
        found = found.filter(clinic_id=clinic_id)
    return found.select_related("visit_type").first()


def standing_holds(clinic_id: int, now: datetime) -> QuerySet[Hold]:
    """A clinic's holds that can still be booked at `now`, the first to end first."""
    found = Hold.objects.filter(clinic_id=clinic_id, ended_at=None, expires_at__gt=now)
    found = found.filter(during__startswith__gte=now)
    lost = Reservation.objects.filter(hold=OuterRef("pk")).exclude(released_at=None)
    standing = found.exclude(Exists(lost)).select_related("visit_type")
    return standing.order_by("expires_at", "pk")


def resource(resource_id: int, clinic_id: int) -> Resource | None:
    return Resource.objects.filter(pk=resource_id, clinic_id=clinic_id).first()


def resources(clinic_id: int, kind: str = "") -> QuerySet[Resource]:
    """The clinic's active resources, all or of one kind, by kind and name."""
    found = Resource.objects.filter(clinic_id=clinic_id, active=True)
    if kind:
        found = found.filter(kind=kind)
    return found.order_by("kind", "name")


def visit_resources(
    visit: Appointment, besides: Collection[int] = ()
) -> list[Resource]:
    """Return what the visit has now, and those of `besides`, by kind and name."""
    held = visit.reservations.filter(released_at=None).values("resource")
    at_clinic = Resource.objects.filter(clinic_id=visit.clinic_id)
    found = at_clinic.filter(Q(pk__in=held) | Q(pk__in=besides))
    return list(found.order_by("kind", "name"))


def not_with(visit: Appointment) -> list[str]:
    """Names of the clinicians who are not to serve; no statement if there are none."""
    if not visit.not_clinicians:
        return []
    found = Resource.objects.filter(pk__in=visit.not_clinicians).order_by("name")
    return list(found.values_list("name", flat=True))


def check_resources(resource_ids: Collection[int], clinic_id: int) -> None:
    """Raises Invalid where one of them is not this clinic's."""
    known = Resource.objects.filter(pk__in=resource_ids, clinic_id=clinic_id).count()
    if known != len(set(resource_ids)):
        fault = "This clinic has no such resource; name them by id."
        raise Invalid([FieldError("/avoiding", fault)])


def ahead_in_person(patient_id: UUID, now: datetime) -> list[Appointment]:
    """The patient's booked visits in person that have not begun, the next first."""
    rows = appointments_of(patient_id).filter(
        status=Appointment.Status.BOOKED, in_person=True, during__startswith__gt=now
    )
    return sorted(rows, key=lambda visit: visit.start)


def booked_of(patient_id: UUID) -> QuerySet[Appointment]:
    """The patient's booked visits, the earliest first."""
    rows = appointments_of(patient_id).filter(status=Appointment.Status.BOOKED)
    return rows.order_by("during")


def open_conflicts(visit: Appointment) -> list[Conflict]:
    """Return the visit's unresolved conflicts, with their absence and resource."""
    rows = visit.conflicts.filter(resolved_at=None)
    return list(rows.select_related("absence", "resource"))


def resources_with_hours(clinic_id: int) -> QuerySet[Resource]:
    """Return what `resources` does, with the opening hours of their own."""
    return resources(clinic_id).prefetch_related("opening_hours")


def clinic_hours(clinic_id: int) -> list[OpeningHours]:
    """The opening hours of the clinic itself."""
    return list(OpeningHours.objects.filter(clinic_id=clinic_id, resource=None))
