"""Records that should never have been made: struck through, and by whom."""

from django.db import models
from django.db.models import F, Q

from core.models import UuidModel
from procedures.corrections.table import KINDS
from procedures.models.signature import Signature

USER = "clinics.User"


class EnteredInError(UuidModel):
    """One record without a successor: it stays to be seen, and counts no more.

    `record_kind` and `record_id` name it; its own `superseded_at` is `occurred_at`.
    The records that one act wrote together share the signature that strikes them.
    """

    episode = models.ForeignKey(
        "procedures.Episode", models.PROTECT, related_name="errors"
    )
    record_kind = models.CharField(max_length=32)
    record_id = models.UUIDField()
    reason = models.CharField(max_length=500)
    signature = models.ForeignKey(Signature, models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    entered_by_name = models.CharField(max_length=120)
    second_person = models.ForeignKey(USER, models.PROTECT, related_name="+")
    second_person_name = models.CharField(max_length=120)
    occurred_at = models.DateTimeField()

    class Meta:
        ordering = ["occurred_at", "record_kind"]
        constraints = [
            models.UniqueConstraint(
                name="entered_in_error_once", fields=["record_kind", "record_id"]
            ),
            models.CheckConstraint(
                name="entered_in_error_by_two_people",
                condition=~Q(entered_by=F("second_person")),
            ),
            models.CheckConstraint(
                name="entered_in_error_kind_is_known",
                condition=Q(record_kind__in=list(KINDS)),
            ),
            models.CheckConstraint(
                name="entered_in_error_is_explained",
                condition=Q(reason__regex=".{10,}"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_kind} {self.record_id} entered in error"
