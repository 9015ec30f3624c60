"""A stop that stands: what was found, what was said against it, what lifted it."""

from django.db import models
from django.db.models import F, Q

from core.models import UuidModel
from procedures.day_vocabulary import NOT_DONE_REASONS
from procedures.models.decision import Override
from procedures.models.episode import Episode, Target
from procedures.models.evaluation import Evaluation
from procedures.models.products import Product
from procedures.models.signature import (
    Signature,
    SignedRecord,
    correction_is_explained,
    one_current,
)
from procedures.rules.stops import HOW_LIFTED, SCOPES

USER = "clinics.User"


class Stop(UuidModel):
    """A finding that ends the way to the patient until somebody lifts it.

    `scope` says what it blocks: every episode of the patient, this episode, or one
    product. `details` keeps the finding in the rules' own terms.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="stops")
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="stops"
    )
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, blank=True, related_name="stops"
    )
    scope = models.CharField(max_length=16, choices=SCOPES)
    rule = models.CharField(max_length=32)
    rule_version = models.PositiveIntegerField(null=True, blank=True)
    level = models.CharField(max_length=16)
    question = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    details = models.JSONField(default=dict)
    act = models.CharField(max_length=32)
    found_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    recorded_by_name = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["patient"])]
        constraints = [
            models.CheckConstraint(
                name="stop_of_a_product_names_it",
                condition=Q(scope="product", product__isnull=False)
                | (~Q(scope="product") & Q(product=None)),
            ),
            models.CheckConstraint(
                name="stop_scope_is_known",
                condition=Q(scope__in=[value for value, _ in SCOPES]),
            ),
            models.CheckConstraint(
                name="stop_is_past", condition=Q(found_at__lte=F("recorded_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.text


class StopContradiction(UuidModel):
    """The same question answered otherwise while the stop stood."""

    stop = models.ForeignKey(Stop, models.PROTECT, related_name="contradictions")
    act = models.CharField(max_length=32)
    text = models.CharField(max_length=300)
    said_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    recorded_by_name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.text


class StopLift(UuidModel):
    """The end of a stop: a new evaluation, an override, or two people of whom one is
    a physician."""

    stop = models.OneToOneField(Stop, models.PROTECT, related_name="lift")
    how = models.CharField(max_length=16, choices=HOW_LIFTED)
    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    override = models.ForeignKey(
        Override, models.PROTECT, null=True, blank=True, related_name="+"
    )
    signature = models.ForeignKey(
        Signature, models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_person = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_person_role = models.CharField(max_length=32, blank=True)
    reason = models.TextField(blank=True)
    contradiction = models.TextField(blank=True)
    lifted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    recorded_by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="stop_lift_names_its_ground",
                condition=Q(how="evaluation", evaluation__isnull=False, override=None)
                | Q(how="override", override__isnull=False, evaluation=None)
                | Q(
                    how="physician",
                    evaluation=None,
                    override=None,
                    signature__isnull=False,
                    second_person__isnull=False,
                    reason__regex=".{20,}",
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.how}: {self.stop_id}"


class NotDone(SignedRecord):
    """A target of the plan that is not treated on the day, and why."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="not_done")
    reason = models.CharField(max_length=32, choices=NOT_DONE_REASONS)
    note = models.CharField(max_length=400, blank=True)
    second_person = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            correction_is_explained(),
            one_current("target", name="target_is_not_done_once"),
            models.CheckConstraint(
                name="not_done_reason_is_known",
                condition=Q(reason__in=[value for value, _ in NOT_DONE_REASONS]),
            ),
            models.CheckConstraint(
                name="not_done_is_past",
                condition=Q(occurred_at__lte=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} not done: {self.reason}"


class LateEntry(UuidModel):
    """Reason that an act was entered later than it happened.

    It belongs to the records entered at the same instant by that act.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="late_entries")
    act = models.CharField(max_length=32)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    recorded_by_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["episode", "recorded_at"])]
        constraints = [
            models.CheckConstraint(
                name="late_entry_is_explained", condition=Q(reason__regex=".{10,}")
            ),
            models.CheckConstraint(
                name="late_entry_is_late",
                condition=Q(happened_at__lt=F("recorded_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.reason
