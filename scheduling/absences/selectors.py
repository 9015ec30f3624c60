"""Reading who and what is away, and the visits in the way of it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, QuerySet

from scheduling.booking.status import Status
from scheduling.models import (
    Absence,
    Appointment,
    Conflict,
    RepairPlan,
    Reservation,
)

_CAN_MOVE = [Status.BOOKED.value, Status.ARRIVED.value]


def absence(absence_id: UUID, clinic_id: int) -> Absence | None:
    return absences(clinic_id).filter(pk=absence_id).first()


def absences(clinic_id: int) -> QuerySet[Absence]:
    """All of the clinic, with whom or what they are about, the latest first."""
    found = Absence.objects.filter(resource__clinic_id=clinic_id)
    return found.select_related("resource").order_by("-period", "-created_at")


def open_counts(absences: Iterable[Absence]) -> dict[UUID, int]:
    """Return the number of open conflicts by absence, where any is; one statement."""
    opened = Conflict.objects.filter(absence__in=list(absences), resolved_at=None)
    counted = opened.order_by().values("absence").annotate(opened=Count("pk"))
    return dict(counted.values_list("absence", "opened"))


def standing(clinic_id: int, now: datetime) -> QuerySet[Absence]:
    """Return the clinic's absences that are going on or to come, by time."""
    found = absences(clinic_id).filter(ended_at=None, period__endswith__gt=now)
    return found.order_by("period")


def in_the_way(absence: Absence, now: datetime) -> list[Appointment]:
    """The visits that still use the absent resource then and can move, by time."""
    return list(_using(absence, now).filter(status__in=_CAN_MOVE))


def under_way(absence: Absence, now: datetime) -> list[Appointment]:
    """The visits that use it, but whose patient is checked in: nobody moves them."""
    return list(_using(absence, now).filter(status=Status.CHECKED_IN.value))


def _using(absence: Absence, now: datetime) -> QuerySet[Appointment]:
    taken = Reservation.objects.filter(
        resource=absence.resource_id,
        released_at=None,
        appointment__isnull=False,
        period__overlap=absence.period,
        ends_at__gt=now,
    )
    found = Appointment.objects.filter(pk__in=taken.values("appointment"))
    return found.select_related("patient", "visit_type").order_by("during", "pk")


def conflict(conflict_id: int, clinic_id: int) -> Conflict | None:
    return conflicts(clinic_id).filter(pk=conflict_id).first()


def conflicts(clinic_id: int, *, only_open: bool = False) -> QuerySet[Conflict]:
    """The clinic's conflicts with their visits, those of the next visits first."""
    found = Conflict.objects.filter(appointment__clinic_id=clinic_id)
    if only_open:
        found = found.filter(resolved_at=None)
    return found.select_related(
        "appointment__patient", "appointment__visit_type", "absence", "resource"
    ).order_by("appointment__during", "pk")


def open_conflicts_of(absence: Absence) -> QuerySet[Conflict]:
    found = absence.conflicts.filter(resolved_at=None)
    return found.select_related(
        "appointment__patient", "appointment__visit_type"
    ).order_by("appointment__during", "pk")


def to_decide(clinic_id: int) -> set[UUID]:
    """The visits that cannot be as agreed and wait for somebody's decision."""
    found = Conflict.objects.filter(appointment__clinic_id=clinic_id, resolved_at=None)
    return set(found.values_list("appointment_id", flat=True))


def latest_plan(absence: Absence) -> RepairPlan | None:
    """The plan at work, or the last one that was."""
    plans = absence.plans.exclude(state=RepairPlan.State.DROPPED)
    return plans.order_by("-created_at").first()
