"""Resources that can be booked, and when they and the clinic are open."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Resource(models.Model):
    """One person, room or device of a clinic; it serves one visit at a time.

    Six recovery bays are six rows. `kind` is one of `scheduling.resources.kinds`, or
    whatever else a clinic has.
    """

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="resources"
    )
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    capabilities = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "name"], name="resource_named_once_per_clinic"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "kind"], name="resource_of_kind")]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """Hours of one weekday, of the clinic (`resource` null) or of one resource.

    Times are the clinic's wall clock; `local_end` 00:00 means the end of the day.
    `weekday` counts from Monday = 0. Both dates of the validity are included.
    A resource without any row of its own is open whenever its clinic is.
    """

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="opening_hours"
    )
    resource = models.ForeignKey(
        Resource, models.PROTECT, null=True, blank=True, related_name="opening_hours"
    )
    weekday = models.PositiveSmallIntegerField()
    local_start = models.TimeField()
    local_end = models.TimeField()
    valid_from_on = models.DateField(null=True, blank=True)
    valid_to_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__lte=6), name="opening_hours_weekday_is_0_to_6"
            ),
            models.CheckConstraint(
                condition=Q(local_end__gt=F("local_start")) | Q(local_end="00:00"),
                name="opening_hours_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(valid_from_on=None)
                | Q(valid_to_on=None)
                | Q(valid_to_on__gte=F("valid_from_on")),
                name="opening_hours_validity_runs_forward",
            ),
        ]
        indexes = [models.Index(fields=["clinic", "resource"], name="hours_of")]

    def __str__(self) -> str:
        return f"{self.weekday} {self.local_start}-{self.local_end}"


class ScheduleException(models.Model):
    """One date on which a clinic or a resource is closed, or open besides its hours.

    Without times it is the whole day. Where both apply, closed wins.
    """

    class Kind(models.TextChoices):
        CLOSED = "closed"
        EXTRA = "extra"

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="schedule_exceptions"
    )
    resource = models.ForeignKey(
        Resource,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schedule_exceptions",
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    applies_on = models.DateField()
    local_start = models.TimeField(null=True, blank=True)
    local_end = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["closed", "extra"]),
                name="schedule_exception_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(local_start=None, local_end=None)
                | Q(local_start__isnull=False, local_end__gt=F("local_start"))
                | Q(local_start__isnull=False, local_end="00:00"),
                name="schedule_exception_end_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "applies_on"], name="exceptions_of_date")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.applies_on}"
