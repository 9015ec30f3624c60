"""Reservations, who has which resource when: the one table in which time is taken.

Bookings, holds and blocked time are refused against each other by one exclusion
constraint. Bounds and the single owner are checks in migration `0003_guards`.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from core.models import UuidModel


class Absence(UuidModel):
    """A resource that is not there: ill, on leave, in maintenance, flooded.

    `ended_at` is set when it is called off or ends early; its time is free again.
    `version` counts its changes, so that nobody ends what they have not seen.
    """

    class Kind(models.TextChoices):
        ILL = "ill"
        LEAVE = "leave"
        MAINTENANCE = "maintenance"
        BROKEN = "broken"
        UNUSABLE = "unusable"
        OTHER = "other"

    resource = models.ForeignKey(
        "scheduling.Resource", models.PROTECT, related_name="absences"
    )
    kind = models.CharField(
        max_length=12, choices=Kind.choices, default=Kind.OTHER, db_default="other"
    )
    period = DateTimeRangeField()
    reason = models.CharField(max_length=200, blank=True, db_default="")
    made_by = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "ill",
                        "leave",
                        "maintenance",
                        "broken",
                        "unusable",
                        "other",
                    ]
                ),
                name="absence_kind_known",
            ),
        ]
        indexes = [models.Index(fields=["resource"], name="absences_of_resource")]

    def __str__(self) -> str:
        return f"absence {self.pk}"


class Conflict(models.Model):
    """An appointment that something has made impossible, until someone decides.

    `absence` is null where hours, a closure, a retired resource or a linked visit
    is the cause; then it is open once for each cause and resource.
    """

    class Cause(models.TextChoices):
        ABSENCE = "absence"
        HOURS = "hours"
        CLOSURE = "closure"
        RETIRED = "retired"
        LINKED = "linked"

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
    cause = models.CharField(max_length=12, choices=Cause.choices)
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
            models.UniqueConstraint(
                fields=["appointment", "cause", "resource"],
                condition=Q(resolved_at=None, absence=None),
                nulls_distinct=False,
                name="conflict_open_once_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(
                    cause__in=["absence", "hours", "closure", "retired", "linked"]
                ),
                name="conflict_cause_known",
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

        indexes = [
            models.Index(
                fields=["opened_at"],
                condition=Q(resolved_at=None),
                name="conflicts_open",
            )
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
