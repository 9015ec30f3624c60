"""Who has which resource when: the one table in which time is taken.

Bookings, holds and blocked time are refused against each other by one exclusion
constraint. Bounds and the single owner are checks in migration `0003_guards`.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from core.models import UuidModel


class Absence(UuidModel):
    """A resource that is not there: ill, on leave, in maintenance, flooded."""

    resource = models.ForeignKey(
        "scheduling.Resource", models.PROTECT, related_name="absences"
    )
    period = DateTimeRangeField()
    reason = models.CharField(max_length=200)
    made_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"absence {self.pk}"


class Conflict(models.Model):
    """An appointment that something has made impossible, until someone decides.

    `absence` is null where hours, an exception or a linked visit are the cause.
    """

    class Resolution(models.TextChoices):
        KEPT = "kept"
        MOVED = "moved"
        CANCELLED = "cancelled"

    appointment = models.ForeignKey(
        "scheduling.Appointment", models.PROTECT, related_name="conflicts"
    )
    absence = models.ForeignKey(
        Absence, models.PROTECT, null=True, blank=True, related_name="conflicts"
    )
    resource = models.ForeignKey(
        "scheduling.Resource",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conflicts",
    )
    cause = models.CharField(max_length=40)
    detail = models.CharField(max_length=200, blank=True)
    opened_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True)
    resolution_reason = models.CharField(max_length=200, blank=True)
    resolved_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "absence"],
                condition=Q(resolved_at=None),
                name="conflict_open_once_per_absence",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolution="")
                | Q(
                    resolved_at__isnull=False,
                    resolution__in=["kept", "moved", "cancelled"],
                ),
                name="conflict_resolution_has_time_and_way",
            ),
        ]

    def __str__(self) -> str:
        return f"conflict of appointment {self.appointment_id}"


class Reservation(models.Model):
    """One resource taken for one appointment, hold or absence.

    `period` is the whole time the resource is occupied, buffers included. `need`
    says what for (null for an absence, and for time that serves several needs it
    is the first).
    """

    resource = models.ForeignKey(
        "scheduling.Resource", models.PROTECT, related_name="reservations"
    )
    period = DateTimeRangeField()
    starts_at = models.GeneratedField(
        expression=Func(F("period"), function="lower"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    ends_at = models.GeneratedField(
        expression=Func(F("period"), function="upper"),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    released_at = models.DateTimeField(null=True, blank=True)
    need = models.ForeignKey(
        "scheduling.Need", models.PROTECT, null=True, blank=True, related_name="+"
    )
    appointment = models.ForeignKey(
        "scheduling.Appointment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
    )
    hold = models.ForeignKey(
        "scheduling.Hold",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
    )
    absence = models.ForeignKey(
        Absence,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
    )

    class Meta:
        constraints = [
            # Not deferrable: ON CONFLICT DO NOTHING would fail on a deferrable one.
            ExclusionConstraint(
                name="reservation_no_double_booking",
                expressions=[
                    ("resource", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(released_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["resource", "starts_at"],
                include=["ends_at"],
                condition=Q(released_at=None),
                name="reservation_live_by_start",
            ),
        ]

    def __str__(self) -> str:
        return f"reservation {self.pk} of resource {self.resource_id}"
