"""Consents: who agreed to what, on which document, for which scope."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.models import UuidModel
from procedures.models.episode import Target
from procedures.models.signature import (
    SignedRecord,
    correction_is_explained,
    one_current,
)
from procedures.vocabulary import CONSENT_TYPES, SEDATION_LEVELS


class Consent(SignedRecord):
    """A signed consent; `valid_until` is its last day, clinic-local.

    `signer_name` agreed (the patient or whoever stands in); the row's signature is
    the clinician's who led the talk.
    """

    consent_type = models.CharField(max_length=32, choices=CONSENT_TYPES)
    document_id = models.CharField(max_length=64)
    document_version = models.CharField(max_length=16)
    document_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    interpreter_id = models.CharField(max_length=32, blank=True)
    harvest_sites = ArrayField(models.CharField(max_length=40), default=list)
    sedation = models.CharField(max_length=16, choices=SEDATION_LEVELS, default="none")
    proceduralist = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    signer_name = models.CharField(max_length=120)
    signer_relation = models.CharField(max_length=40, default="self")
    signed_at = models.DateTimeField()
    valid_until = models.DateField()

    class Meta:
        constraints = [
            correction_is_explained(),
            one_current("episode", "consent_type", name="consent_one_current"),
            models.CheckConstraint(
                name="consent_document_is_hashed",
                condition=Q(document_sha256__regex="^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="consent_names_the_proceduralist",
                condition=~Q(consent_type="procedure") | Q(proceduralist__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consent_type} consent"


class ConsentTarget(UuidModel):
    """A target within the scope of a consent."""

    consent = models.ForeignKey(Consent, models.PROTECT, related_name="targets")
    target = models.ForeignKey(Target, models.PROTECT, related_name="consents")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="target_consented_once", fields=["consent", "target"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.target_id)


class ConsentRevocation(UuidModel):
    """The patient takes a consent back; from `revoked_at` on it is void."""

    consent = models.OneToOneField(Consent, models.PROTECT, related_name="revocation")
    revoked_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"Revocation of {self.consent_id}"
