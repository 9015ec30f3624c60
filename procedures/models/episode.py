"""Episodes, their targets and the visits that belong to them."""

from django.db import models
from django.db.models import Q

from core.models import UuidModel
from procedures.pathway import Stage
from procedures.vocabulary import JOINTS, LATERALITIES


class Episode(UuidModel):
    """One patient, one treatment plan, one or more targets, one harvest day."""

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="episodes"
    )
    stage = models.CharField(
        max_length=24, choices=[(s.value, s.value) for s in Stage], default="enquiry"
    )
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    stage_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="episode_stage_is_known",
                condition=Q(stage__in=[s.value for s in Stage]),
            ),
        ]
        indexes = [models.Index(fields=["clinic", "stage", "stage_at"])]

    def __str__(self) -> str:
        return f"Episode {self.pk}"


class Target(UuidModel):
    """One place to be treated; a paired joint always has a side."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="targets")
    position = models.PositiveSmallIntegerField()
    joint = models.CharField(max_length=16, choices=JOINTS)
    structure = models.CharField(max_length=64)
    laterality = models.CharField(max_length=8, choices=LATERALITIES)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                name="target_planned_once",
                fields=["episode", "joint", "structure", "laterality"],
            ),
            models.CheckConstraint(
                name="target_has_a_side",
                condition=Q(laterality__in=[side for side, _ in LATERALITIES]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.laterality} {self.joint}, {self.structure.replace('_', ' ')}"


class EpisodeVisit(UuidModel):
    """An appointment that belongs to an episode, and what it is for.

    `contact` is the timetable's code of the follow-up it is booked for, such as
    "W6", if it was booked for one.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="visits")
    appointment = models.ForeignKey(
        "scheduling.Appointment", models.PROTECT, related_name="episode_visits"
    )
    purpose = models.CharField(
        max_length=16,
        choices=[(p, p) for p in ("consultation", "procedure", "follow_up")],
    )
    contact = models.CharField(max_length=8, blank=True, default="", db_default="")
    starts_at = models.DateTimeField()
    linked_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="visit_belongs_to_one_episode", fields=["appointment"]
            ),
            models.UniqueConstraint(
                name="episode_has_one_live_procedure_visit",
                fields=["episode"],
                condition=Q(purpose="procedure", released_at=None),
            ),
            models.UniqueConstraint(
                name="contact_has_one_live_visit",
                fields=["episode", "contact"],
                condition=~Q(contact="") & Q(released_at=None),
            ),
            models.CheckConstraint(
                name="contact_is_of_a_follow_up",
                condition=Q(contact="") | Q(purpose="follow_up"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of episode {self.episode_id}"
