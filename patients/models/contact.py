"""Contacts of a patient, and the channels they agreed to."""

from django.db import models
from django.db.models import Q

from core.models import UuidModel


class System(models.TextChoices):
    PHONE = "phone", "Phone"
    EMAIL = "email", "E-mail"


class Channel(models.TextChoices):
    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"


class ContactPoint(UuidModel):
    """A phone number (E.164) or an e-mail address; one of each is current.

    The value never changes: a new number is a new row and ends the old one, so
    that a message sent keeps naming the number it went to.
    """

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="contact_points"
    )
    system = models.CharField(max_length=5, choices=System)
    value = models.CharField(max_length=254)
    created_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "system"],
                condition=Q(ended_at=None),
                name="contact_one_current_of_each_system",
            ),
            models.CheckConstraint(
                name="contact_value_has_the_shape_of_its_system",
                condition=Q(system="phone", value__regex=r"^\+[1-9][0-9]{6,14}$")
                | Q(system="email", value__regex=r"^[^@\s]+@[^@\s]+\.[^@\s]+$"),
            ),
        ]
        indexes = [
            # Search by number, and an inbound STOP finds everyone holding it.
            models.Index(
                fields=["value"], condition=Q(ended_at=None), name="contact_current"
            )
        ]

    def __str__(self) -> str:
        return f"{self.system} of patient {self.patient_id}"


class ChannelConsent(models.Model):
    """One yes or no to one channel; rows are only ever added, the newest counts."""

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="channel_consents"
    )
    channel = models.CharField(max_length=5, choices=Channel)
    granted = models.BooleanField()
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    # Which text the patient agreed to (patients.domain.consent_texts).
    wording_version = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="consent_is_for_a_known_channel",
                condition=Q(channel__in=Channel.values),
            ),
            models.CheckConstraint(
                name="consent_names_who_and_which_wording",
                condition=~Q(by="") & ~Q(wording_version=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["patient", "channel", "-id"], name="consent_newest_first"
            )
        ]

    def __str__(self) -> str:
        answer = "yes" if self.granted else "no"
        return f"{answer} to {self.channel} of patient {self.patient_id}"
