"""Steps of a recovery as planned for an episode, and what was told of each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from core.models import UuidModel
from procedures.follow_up import milestones as words
from procedures.models.follow_up import FollowUp

HOW = ("link", "telephone", "visit")


class MilestoneVersion(models.Model):
    """The steps of a recovery, by version; the newest row is in force."""

    version = models.CharField(max_length=16, unique=True)
    milestones = models.JSONField()

    def __str__(self) -> str:
        return self.version


class EpisodeMilestone(UuidModel):
    """One step expected of one patient; its dates are clinic-local, both inclusive.

    `asked_for_at` is when somebody was asked to look, as it was not reached in time.
    """

    episode = models.ForeignKey(
        "procedures.Episode", models.PROTECT, related_name="milestones"
    )
    code = models.CharField(max_length=24)
    position = models.PositiveSmallIntegerField()
    asked_at = ArrayField(models.CharField(max_length=8))
    window_from = models.DateField()
    window_to = models.DateField()
    version = models.ForeignKey(MilestoneVersion, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    asked_for_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="milestone_planned_once", fields=["episode", "code"]
            ),
            models.CheckConstraint(
                name="milestone_window_ends_after_it_begins",
                condition=Q(window_to__gte=F("window_from")),
            ),
        ]
        indexes = [
            models.Index(
                name="milestone_to_look_at",
                fields=["window_to"],
                condition=Q(asked_for_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} of episode {self.episode_id}"


class MilestoneReport(UuidModel):
    """Report of a step: answer, by whom and how; never changed.

    A later one takes its place: `superseded_at` is set, its only change ever.
    `said_on` is the clinic-local day on which it was told.
    """

    milestone = models.ForeignKey(
        EpisodeMilestone, models.PROTECT, related_name="reports"
    )
    follow_up = models.ForeignKey(
        FollowUp, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.CharField(max_length=8)
    reached_on = models.DateField(null=True, blank=True)
    said_on = models.DateField()
    said_by = models.CharField(max_length=8)
    how = models.CharField(max_length=10)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    recorded_by_name = models.CharField(max_length=120)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["recorded_at"]
        constraints = [
            models.UniqueConstraint(
                name="milestone_has_one_report_in_force",
                fields=["milestone"],
                condition=Q(superseded_at=None),
            ),
            models.CheckConstraint(
                name="milestone_answer_is_known",
                condition=Q(answer__in=words.ANSWERS),
            ),
            models.CheckConstraint(
                name="milestone_reached_has_a_day",
                condition=Q(answer=words.REACHED, reached_on__isnull=False)
                | (~Q(answer=words.REACHED) & Q(reached_on=None)),
            ),
            models.CheckConstraint(
                name="milestone_is_reached_before_it_is_told",
                condition=Q(reached_on=None) | Q(reached_on__lte=F("said_on")),
            ),
            models.CheckConstraint(
                name="milestone_teller_is_known",
                condition=Q(said_by="patient", how="link")
                | Q(said_by="staff", how__in=("telephone", "visit")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.answer}: {self.milestone_id}"
