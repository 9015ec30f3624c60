"""The patient. Its row is the lock of everything about that patient."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from core.models import UuidModel


class Language(models.TextChoices):
    ENGLISH = "en", "English"
    SPANISH = "es", "Spanish"


class BiologicalSex(models.TextChoices):
    FEMALE = "female", "Female"
    MALE = "male", "Male"
    UNKNOWN = "unknown", "Not recorded"


class Standing(models.TextChoices):
    """True if the patient may be told anything at all."""

    REACHABLE = "", "Reachable"
    DECEASED = "deceased", "Deceased"
    DO_NOT_CONTACT = "do_not_contact", "Do not contact"


class Preferred(models.TextChoices):
    SMS = "sms", "Text message"
    EMAIL = "email", "E-mail"
    CALL = "call", "Telephone call"


class Patient(UuidModel):
    """One person at one clinic; never deleted and never merged.

    A second record of the same person points to the first by `duplicate_of`.
    `version` goes up by one with every amendment (optimistic locking).
    """

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="patients"
    )
    mrn = models.CharField("medical record number", max_length=32)
    # One of the two may be empty: some people have one name.
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    # The names folded for searching (patients.domain.names), written with them.
    search_name = models.TextField(editable=False)
    birth_date = models.DateField()
    # Observed at birth; two fields of their own, as Texas HSC ch. 183 asks.
    biological_sex = models.CharField(
        max_length=7, choices=BiologicalSex, default=BiologicalSex.UNKNOWN
    )
    sexual_development_disorder = models.CharField(
        max_length=200, blank=True, default=""
    )
    language = models.CharField(
        max_length=2, choices=Language, default=Language.ENGLISH
    )
    # Empty: the clinic's own zone.
    time_zone = models.CharField(max_length=64, blank=True, default="")
    # Kept by patients.services.departures with its rows; read wherever something
    # might leave for the patient.
    standing = models.CharField(
        max_length=16, choices=Standing, blank=True, default="", db_default=""
    )
    # How they would rather be told things; empty: as the clinic does.
    preferred_channel = models.CharField(
        max_length=5, choices=Preferred, blank=True, default="", db_default=""
    )
    version = models.PositiveIntegerField(default=1)
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("clinic"), Upper("mrn"), name="patient_mrn_is_unique_at_a_clinic"
            ),
            models.CheckConstraint(
                name="patient_mrn_is_a_code", condition=Q(mrn__regex=r"^[^\s]+$")
            ),
            models.CheckConstraint(
                name="patient_has_a_name",
                condition=Q(given_name__regex=r"\S") | Q(family_name__regex=r"\S"),
            ),
            models.CheckConstraint(
                name="patient_language_is_spoken_here",
                condition=Q(language__in=Language.values),
            ),
            models.CheckConstraint(
                name="patient_sex_is_known_code",
                condition=Q(biological_sex__in=BiologicalSex.values),
            ),
            models.CheckConstraint(
                name="patient_standing_is_known",
                condition=Q(standing__in=Standing.values),
            ),
            models.CheckConstraint(
                name="patient_prefers_a_known_channel",
                condition=Q(preferred_channel__in=["", *Preferred.values]),
            ),
            models.CheckConstraint(
                name="patient_born_since_1900",
                condition=Q(birth_date__gte=date(1900, 1, 1)),
            ),
            models.CheckConstraint(
                name="patient_is_no_duplicate_of_itself",
                condition=Q(duplicate_of=None) | ~Q(duplicate_of=F("id")),
            ),
            models.CheckConstraint(
                name="patient_version_counts_from_one", condition=Q(version__gte=1)
            ),
        ]
        indexes = [
            # The list of a clinic, a page at a time, by name.
            models.Index(
                fields=["clinic", "family_name", "given_name", "id"],
                name="patient_by_name",
            ),
            models.Index(fields=["clinic", "birth_date"], name="patient_born_on"),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_deceased(self) -> bool:
        return self.standing == Standing.DECEASED
