"""Uses of a concentrate: injected at a target, kept, or discarded."""

from django.db import models
from django.db.models import F, Q

from procedures import day_vocabulary as words
from procedures.models.day import not_in_the_future, one_of
from procedures.models.products import USER, Product
from procedures.models.signature import (
    Record,
    SignedRecord,
    between,
    correction_is_explained,
    one_current,
)


class Injection(SignedRecord):
    """The concentrate given at one target, under image guidance, after two scans."""

    target = models.ForeignKey(
        "procedures.Target", models.PROTECT, related_name="injections"
    )
    product = models.ForeignKey(Product, models.PROTECT, related_name="injections")
    time_out = models.ForeignKey(
        "procedures.TimeOut", models.PROTECT, related_name="injections"
    )
    proceduralist = models.ForeignKey(USER, models.PROTECT, related_name="+")
    laterality = models.CharField(max_length=8)
    patient_scan = models.CharField(max_length=80)
    product_scan = models.CharField(max_length=80)
    guidance = models.CharField(max_length=32, choices=words.INJECTION_GUIDANCE)
    approach = models.CharField(max_length=80, blank=True)
    needle_gauge = models.PositiveSmallIntegerField()
    needle_length_mm = models.PositiveSmallIntegerField()
    volume_ml = models.DecimalField(max_digits=4, decimal_places=2)
    effusion_aspirated_ml = models.DecimalField(
        max_digits=5, decimal_places=1, default=0
    )
    effusion_appearance = models.CharField(
        max_length=16, choices=words.EFFUSION_APPEARANCES, default="none"
    )
    contrast_agent = models.CharField(max_length=40, blank=True)
    contrast_ml = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    anaesthetic_agent = models.CharField(max_length=32, blank=True)
    anaesthetic_ml = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    fluoro_minutes = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    air_kerma_mgy = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    images_stored = models.PositiveSmallIntegerField()
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future("end_at"),
            one_current("target", name="target_is_injected_once"),
            one_of(
                "guidance", words.INJECTION_GUIDANCE, name="injection_is_image_guided"
            ),
            between("needle_gauge", 14, 30, name="injection_needle_gauge"),
            between("needle_length_mm", 10, 200, name="injection_needle_length"),
            between("volume_ml", 0.1, 20, name="injection_volume"),
            between("effusion_aspirated_ml", 0, 250, name="injection_effusion"),
            between("contrast_ml", 0, 10, name="injection_contrast"),
            between("fluoro_minutes", 0, 30, name="injection_fluoro"),
            between("air_kerma_mgy", 0, 2000, name="injection_air_kerma"),
            between("images_stored", 1, 9999, name="injection_images_are_stored"),
            models.CheckConstraint(
                name="injection_not_into_a_septic_joint",
                condition=~Q(effusion_appearance__in=["cloudy", "purulent"]),
            ),
            models.CheckConstraint(
                name="injection_times_run_forward",
                condition=Q(end_at__gt=F("start_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volume_ml} mL at target {self.target_id}"


class Disposition(Record):
    """A part of a product that was not given: kept for quality, or discarded."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="dispositions")
    kind = models.CharField(max_length=16, choices=words.DISPOSITIONS)
    volume_ml = models.DecimalField(max_digits=6, decimal_places=2)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            one_of("kind", words.DISPOSITIONS, name="disposition_kind_is_known"),
            between("volume_ml", 0, 300, name="disposition_volume"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.volume_ml} mL"
