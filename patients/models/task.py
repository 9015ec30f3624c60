"""Tasks: work that someone at the clinic still has to do."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from core.models import UuidModel

# The tiers of a red flag that only a clinician's contact with the patient closes.
URGENT_TIERS = (1, 2)


def _set_together(at: str, by: str) -> Q:
    return Q(**{f"{at}__isnull": True, by: ""}) | (
        Q(**{f"{at}__isnull": False}) & ~Q(**{by: ""})
    )


class Task(UuidModel):
    """One thing to do, by a role or a person, until an instant.

    `subject` is a text id of what it is about ("follow_up:<id>"); `text` is
    neutral. A task of tier 1 or 2 closes only with the clinician who spoke to
    the patient, when, and the outcome (clinic protocol: red flags are answered
    by a clinician).
    """

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="tasks")
    patient = models.ForeignKey(
        "patients.Patient",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
    )
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=200)
    subject = models.CharField(max_length=100, blank=True, default="")
    owner_role = models.CharField(max_length=20)
    owner = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    tier = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    grace_minutes = models.PositiveIntegerField(default=0)
    # Not acknowledged by then: it goes up to the medical director.
    escalate_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=100, blank=True, default="")
    clinician = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    contacted_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=500, blank=True, default="")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "kind", "subject", "tier"],
                condition=Q(done_at=None) & ~Q(subject=""),
                nulls_distinct=False,
                name="task_open_once_for_a_subject",
            ),
            models.CheckConstraint(
                name="task_says_what_and_who",
                condition=~Q(kind="") & ~Q(text="") & ~Q(owner_role=""),
            ),
            models.CheckConstraint(
                name="task_tier_is_one_to_four",
                condition=Q(tier=None) | Q(tier__range=(1, 4)),
            ),
            models.CheckConstraint(
                name="task_acknowledged_at_and_by_together",
                condition=_set_together("acknowledged_at", "acknowledged_by"),
            ),
            models.CheckConstraint(
                name="task_done_at_and_by_together",
                condition=_set_together("done_at", "done_by"),
            ),
            models.CheckConstraint(
                name="task_urgent_closes_with_clinician_contact_outcome",
                condition=Q(done_at=None)
                | Q(tier=None)
                | ~Q(tier__in=URGENT_TIERS)
                | (
                    Q(clinician__isnull=False, contacted_at__isnull=False)
                    & Q(outcome__regex=r"\S")
                ),
            ),
        ]
        indexes = [
            # The open list of a clinic, most pressing first.
            models.Index(
                fields=["clinic", "due_at", "id"],
                condition=Q(done_at=None),
                name="task_open_by_due",
            ),
            # The sweep that escalates.
            models.Index(
                fields=["escalate_at"],
                condition=Q(done_at=None, acknowledged_at=None, escalated_at=None),
                name="task_to_escalate",
            ),
            # The alarms of a clinic that nobody has answered: asked on every page.
            models.Index(
                fields=["clinic"],
                condition=Q(done_at=None, acknowledged_at=None, tier__in=(1, 2)),
                name="task_unanswered_alarm",
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk} ({self.kind})"

    @property
    def is_urgent(self) -> bool:
        return self.tier in URGENT_TIERS

    @property
    def late_at(self) -> datetime:
        """The instant from which the task is late: due plus its grace."""
        return self.due_at + timedelta(minutes=self.grace_minutes)

    def state(self, now: datetime) -> str:
        """done | late | due (in its grace) | acknowledged | open, in that order."""
        if self.done_at:
            return "done"
        if now >= self.late_at:
            return "late"
        if now >= self.due_at:
            return "due"
        return "acknowledged" if self.acknowledged_at else "open"
