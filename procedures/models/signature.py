"""Signatures and the base of everything that is signed."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.models import UuidModel
from procedures.models.episode import Episode


class Signature(UuidModel):
    """A person's signature under words, with the meaning of signing.

    `text` is exactly what the signer saw; `sha256` is the hash of its UTF-8 bytes.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="signatures")
    subject = models.CharField(max_length=80)
    signer = models.ForeignKey("clinics.User", models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=120)
    role = models.CharField(max_length=32)
    meaning = models.CharField(max_length=200)
    method = models.CharField(max_length=16)
    signed_at = models.DateTimeField()
    text = models.TextField()
    field_list = ArrayField(models.CharField(max_length=80))
    schema_version = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["subject"])]

    def __str__(self) -> str:
        return f"{self.printed_name}: {self.meaning}"


class Record(UuidModel):
    """A row about an episode that is inserted finished and never edited.

    A correction is a whole new row: it names the row it `corrects` and why; that one
    gets `superseded_at`, its only change ever. Current rows have no `superseded_at`.
    """

    episode = models.ForeignKey(Episode, models.PROTECT, related_name="%(class)ss")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    recorded_by_name = models.CharField(max_length=120)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    correction_reason = models.CharField(max_length=500, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class SignedRecord(Record):
    """A record that carries its signature."""

    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


def correction_is_explained() -> models.CheckConstraint:
    """Both or neither: the row corrected, and why. Every Record's Meta lists it."""
    return models.CheckConstraint(
        name="%(class)s_correction_is_explained",
        condition=Q(corrects=None, correction_reason="")
        | (Q(corrects__isnull=False) & ~Q(correction_reason="")),
    )


def one_current(
    *fields: str, name: str, **condition: object
) -> models.UniqueConstraint:
    """At most one row without `superseded_at` per `fields`."""
    return models.UniqueConstraint(
        name=name,
        fields=fields,
        condition=Q(superseded_at=None, **condition),
        nulls_distinct=False,
    )


def between(
    field: str, low: float, high: float, *, name: str, optional: bool = True
) -> models.CheckConstraint:
    """A hard limit, both ends allowed."""
    inside = Q(**{f"{field}__gte": low, f"{field}__lte": high})
    missing = Q(**{field: None}) if optional else Q()
    return models.CheckConstraint(name=name, condition=inside | missing)
