"""Rules with their versions, decisions, and overrides."""

from django.db import models
from django.db.models import Q

from core.models import UuidModel
from procedures.models.evaluation import Evaluation
from procedures.models.signature import (
    SignedRecord,
    correction_is_explained,
    one_current,
)
from procedures.vocabulary import OUTCOMES

APPROVING = ("approved", "approved_with_conditions")


class RuleVersion(models.Model):
    """One version of one candidacy rule: its level and thresholds."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    level = models.CharField(max_length=16)
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    effective_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="rule_version_is_unique", fields=["code", "version"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Decision(SignedRecord):
    """A decision on candidacy for the treatment, and its grounds.

    `valid_until` is the approval's last day, clinic-local; none if not approved.
    """

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=32, choices=OUTCOMES)
    rationale = models.TextField()
    conditions = models.TextField(blank=True)
    decided_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    reevaluate_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            one_current("episode", name="decision_one_current"),
            models.CheckConstraint(
                name="decision_outcome_is_known",
                condition=Q(outcome__in=[value for value, _ in OUTCOMES]),
            ),
            models.CheckConstraint(
                name="decision_approval_has_an_end",
                condition=Q(outcome__in=APPROVING, valid_until__isnull=False)
                | (~Q(outcome__in=APPROVING) & Q(valid_until=None)),
            ),
            models.CheckConstraint(
                name="decision_conditions_are_spelled_out",
                condition=~Q(outcome="approved_with_conditions") | ~Q(conditions=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.decided_on}"


class DecisionRule(UuidModel):
    """A rule that fired when the decision was made, with the version that did."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="rules")
    rule = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+")
    level = models.CharField(max_length=16)
    text = models.CharField(max_length=300)
    reevaluate_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.text}"


class Override(SignedRecord):
    """A rule set aside for this episode with a reason; never a HARD one.

    `valid_on` limits it to one day (a rule of the day); without it, it serves the
    decision about this evaluation.
    """

    rule = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="overrides")
    value = models.CharField(max_length=300)
    reason = models.TextField()
    role = models.CharField(max_length=32)
    valid_on = models.DateField(null=True, blank=True)
    last_dose_at = models.DateTimeField(null=True, blank=True)
    hold_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    second_person = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_person_role = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            one_current("evaluation", "rule", "valid_on", name="override_once"),
            models.CheckConstraint(
                name="override_reason_is_written_out",
                condition=Q(reason__regex=".{20,}"),
            ),
        ]

    def __str__(self) -> str:
        return f"Override of rule {self.rule_id}"
