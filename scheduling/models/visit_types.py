"""Kinds of visit, their phases, and what each phase needs."""

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class VisitType(models.Model):
    """A kind of visit; a change is a new version, so booked visits keep theirs.

    `requires_decision` marks visits that a rule of another app must allow; with no
    such rule registered they are refused.
    """

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="visit_types"
    )
    slug = models.SlugField(max_length=60)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=120)
    active = models.BooleanField(default=True)
    minimum_lead = models.DurationField(default=timedelta(0))
    requires_decision = models.BooleanField(default=False)
    in_person = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "slug", "version"], name="visit_type_version_once"
            ),
            models.UniqueConstraint(
                fields=["clinic", "slug"],
                condition=Q(active=True),
                name="visit_type_one_active_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


class Phase(models.Model):
    """A part of a visit, in minutes from arrival; its length may vary in bounds.

    A booking makes it longer by `minutes_per_target` for every target after the
    first, and as long as `sedation_minutes` says for its sedation, such as
    `{"none": 15, "oral": 30, "iv": 60}`.
    """

    visit_type = models.ForeignKey(VisitType, models.PROTECT, related_name="phases")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    offset_minutes = models.PositiveSmallIntegerField()
    duration_minutes = models.PositiveSmallIntegerField()
    min_duration_minutes = models.PositiveSmallIntegerField()
    max_duration_minutes = models.PositiveSmallIntegerField()
    minutes_per_target = models.PositiveSmallIntegerField(default=0, db_default=0)
    sedation_minutes = models.JSONField(default=dict, db_default={}, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit_type", "position"], name="phase_position_once"
            ),
            models.CheckConstraint(
                condition=Q(min_duration_minutes__gte=1)
                & Q(duration_minutes__gte=F("min_duration_minutes"))
                & Q(duration_minutes__lte=F("max_duration_minutes")),
                name="phase_duration_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Need(models.Model):
    """`count` resources of one of `kinds`, with all `capabilities`, for one phase.

    `same_as` asks for the very resources of an earlier need. Buffers belong to the
    resource, not the patient: they may pass closing, never another reservation.
    `only_if` names what must be asked for before it is needed at all.
    """

    class OnlyIf(models.TextChoices):
        IMAGE_GUIDED_HARVEST = "image-guided-harvest"

    phase = models.ForeignKey(Phase, models.PROTECT, related_name="needs")
    position = models.PositiveSmallIntegerField()
    kinds = ArrayField(models.CharField(max_length=40))
    capabilities = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    count = models.PositiveSmallIntegerField(default=1)
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followers"
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0)
    only_if = models.CharField(
        max_length=24, choices=OnlyIf.choices, blank=True, default="", db_default=""
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "position"], name="need_position_once"
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1), name="need_counts_at_least_one"
            ),
            models.CheckConstraint(
                condition=Q(kinds__len__gte=1), name="need_names_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(only_if__in=["", "image-guided-harvest"]),
                name="need_condition_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {' or '.join(self.kinds)}"
