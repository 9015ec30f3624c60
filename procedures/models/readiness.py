"""Readiness items: to be arranged before the day, beside the stages."""

from django.db import models
from django.db.models import Q

from core.models import UuidModel
from procedures.models.episode import Episode
from procedures.vocabulary import ITEM_STATES, READINESS_ITEMS


class ReadinessItem(UuidModel):
    """One item of one episode; the journal keeps how it came to its state."""

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="readiness_items")
    kind = models.CharField(max_length=24, choices=READINESS_ITEMS)
    state = models.CharField(max_length=8, choices=ITEM_STATES, default="open")
    reason = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)
    changed_by_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="readiness_item_once", fields=["episode", "kind"]
            ),
            models.CheckConstraint(
                name="readiness_consent_is_never_waived",
                condition=~Q(kind="consent", state="waived"),
            ),
            models.CheckConstraint(
                name="readiness_waiver_has_a_reason",
                condition=~Q(state="waived") | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
