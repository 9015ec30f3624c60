"""Enquiries by the public form, of people who are no patients yet."""

from django.db import models
from django.db.models import Q

from core.models import UuidModel
from patients.models.patient import Language


class Enquiry(UuidModel):
    """A request to be called; deleted when it expires, 180 days after it came."""

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="enquiries"
    )
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    birth_date = models.DateField(null=True, blank=True)
    phone = models.CharField(max_length=16, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    language = models.CharField(
        max_length=2, choices=Language, default=Language.ENGLISH
    )
    message = models.CharField(max_length=1000, blank=True, default="")
    # A field that no person sees was filled: a person decides what to make of it.
    is_suspicious = models.BooleanField(default=False, db_default=False)
    sms_consent = models.BooleanField(default=False)
    email_consent = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    patient = models.ForeignKey(
        "patients.Patient",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="enquiries",
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=100, blank=True, default="")
    close_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="enquiry_can_be_answered", condition=~Q(phone="") | ~Q(email="")
            ),
            models.CheckConstraint(
                name="enquiry_phone_is_e164",
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
            ),
            models.CheckConstraint(
                name="enquiry_language_is_spoken_here",
                condition=Q(language__in=Language.values),
            ),
            models.CheckConstraint(
                name="enquiry_closed_at_and_by_together",
                condition=Q(closed_at=None, closed_by="")
                | (Q(closed_at__isnull=False) & ~Q(closed_by="")),
            ),
            models.CheckConstraint(
                name="enquiry_that_became_a_patient_is_closed",
                condition=Q(patient=None) | Q(closed_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="enquiry_expiring")]

    def __str__(self) -> str:
        return f"enquiry {self.pk}"


class EnquirySource(models.Model):
    """Count of one sender's enquiries in the hour that began at `hour_at`.

    The sender is a salted hash, so that the table names no one. The row with an
    empty hash counts everybody's.
    """

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    source_hash = models.CharField(max_length=64, blank=True)
    hour_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "source_hash"], name="enquiry_source_counted_once"
            )
        ]
        indexes = [models.Index(fields=["hour_at"], name="enquiry_source_hour")]

    def __str__(self) -> str:
        return f"enquiry source {self.pk}"
