"""The links patients open from a message, without an account."""

from django.db import models
from django.db.models import Q

from core.models import UuidModel

TRIES = 5


class Purpose(models.TextChoices):
    CONFIRM = "confirm", "Confirm a visit"
    CHECK_IN = "check_in", "Recovery check-in"
    OFFER = "offer", "Take an offered time"
    PREPARE = "prepare", "Prepare for a visit"
    BASELINE = "baseline", "Questions before a visit"
    REBOOK = "rebook", "Find a new time"
    BOOK = "book", "Book a visit that is owed"
    PREFERENCES = "settings", "Choose what is sent"


class PatientLink(UuidModel):
    """Link of a patient and what it opens. The token itself is stored nowhere.

    It is recomputed from the link's id and the link key for every message that
    carries it; only its SHA-256 is kept, to find the link again.
    """

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="links"
    )
    purpose = models.CharField(max_length=8, choices=Purpose)
    subject = models.CharField(max_length=100)
    revision = models.PositiveIntegerField(default=0)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "subject", "revision"],
                condition=Q(revoked_at=None),
                name="link_one_for_each_purpose_subject_revision",
            ),
            models.CheckConstraint(
                name="link_purpose_is_known", condition=Q(purpose__in=Purpose.values)
            ),
            models.CheckConstraint(
                name="link_stores_a_sha256",
                condition=Q(token_hash__regex=r"^[0-9a-f]{64}$"),  # noqa: S106
            ),
            models.CheckConstraint(
                name="link_locks_at_the_fifth_failure",
                condition=Q(failures__lt=TRIES, locked_at=None)
                | Q(failures=TRIES, locked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk} to {self.purpose}"
