"""The evaluation: history, examination, imaging and laboratory, signed."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.models import UuidModel
from procedures.fields.ranges import LABS
from procedures.models.episode import Target
from procedures.models.signature import (
    SignedRecord,
    between,
    correction_is_explained,
    one_current,
)


class Evaluation(SignedRecord):
    """Findings before a decision; those of a later visit replace them."""

    height_cm = models.DecimalField(max_digits=5, decimal_places=1)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=1)
    symptom_months = models.PositiveSmallIntegerField()
    conservative_weeks = models.PositiveSmallIntegerField()
    nrs = models.PositiveSmallIntegerField(null=True, blank=True)
    baseline_instrument = models.CharField(max_length=16, blank=True)
    baseline_items = ArrayField(models.SmallIntegerField(), blank=True, default=list)
    active_infection = models.BooleanField()
    infection_site = models.CharField(max_length=200, blank=True)
    temperature_c = models.DecimalField(
        max_digits=3, decimal_places=1, null=True, blank=True
    )
    antibiotics_until = models.DateField(null=True, blank=True)
    allergies = ArrayField(models.CharField(max_length=40))
    pregnant = models.BooleanField()
    asa_class = models.PositiveSmallIntegerField()
    history = models.TextField(blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            one_current("episode", name="evaluation_one_current"),
            between("height_cm", 120, 220, name="evaluation_height_possible"),
            between("weight_kg", 35, 250, name="evaluation_weight_possible"),
            between("symptom_months", 0, 720, name="evaluation_symptoms_possible"),
            between("nrs", 0, 10, name="evaluation_nrs_0_to_10"),
            between("temperature_c", 30, 43, name="evaluation_temperature_possible"),
            between("asa_class", 1, 6, name="evaluation_asa_1_to_6"),
        ]

    def __str__(self) -> str:
        return f"Evaluation {self.pk}"


class TargetFinding(UuidModel):
    """Findings at one target; grades stay empty where they do not apply."""

    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, related_name="target_findings"
    )
    target = models.ForeignKey(Target, models.PROTECT, related_name="findings")
    icd10 = ArrayField(models.CharField(max_length=8))
    grade_kl = models.PositiveSmallIntegerField(null=True, blank=True)
    grade_tonnis = models.PositiveSmallIntegerField(null=True, blank=True)
    grade_samilson_prieto = models.PositiveSmallIntegerField(null=True, blank=True)
    grade_icrs = models.PositiveSmallIntegerField(null=True, blank=True)
    cuff_tear = models.CharField(max_length=20, blank=True)
    cuff_size_cm = models.DecimalField(
        max_digits=3, decimal_places=1, null=True, blank=True
    )
    patte = models.PositiveSmallIntegerField(null=True, blank=True)
    goutallier = models.PositiveSmallIntegerField(null=True, blank=True)
    tendon_grade = models.PositiveSmallIntegerField(null=True, blank=True)
    prosthetic_joint = models.BooleanField()
    imaging_modality = models.CharField(max_length=16, blank=True)
    imaging_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="target_found_once_by_evaluation", fields=["evaluation", "target"]
            ),
            between("grade_kl", 0, 4, name="finding_kl_0_to_4"),
            between("grade_tonnis", 0, 3, name="finding_tonnis_0_to_3"),
            between("grade_samilson_prieto", 0, 3, name="finding_sp_0_to_3"),
            between("grade_icrs", 0, 4, name="finding_icrs_0_to_4"),
            between("cuff_size_cm", 0, 8, name="finding_cuff_size_possible"),
            between("patte", 1, 3, name="finding_patte_1_to_3"),
            between("goutallier", 0, 4, name="finding_goutallier_0_to_4"),
            between("tendon_grade", 1, 3, name="finding_tendon_1_to_3"),
            models.CheckConstraint(
                name="finding_has_a_diagnosis", condition=Q(icd10__len__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"Finding {self.pk}"


class EvaluationMedication(UuidModel):
    """A drug the patient takes, and the last day it was taken."""

    evaluation = models.ForeignKey(
        Evaluation, models.PROTECT, related_name="medications"
    )
    name = models.CharField(max_length=80)
    drug_class = models.CharField(max_length=32)
    dose = models.CharField(max_length=80, blank=True)
    last_dose_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


def _possible_labs() -> Q:
    """Each known test within its hard limits; another unit is not stored."""
    allowed = ~Q(loinc__in=list(LABS))
    for code, case in LABS.items():
        low, high = case.hard
        within = Q(loinc=code)
        if low is not None:
            within &= Q(value__gte=Decimal(str(low)))
        if high is not None:
            within &= Q(value__lte=Decimal(str(high)))
        allowed |= within
    return allowed


class EvaluationLab(UuidModel):
    """A laboratory value by LOINC code, in the unit given."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="labs")
    loinc = models.CharField(max_length=10)
    value = models.DecimalField(max_digits=9, decimal_places=2)
    unit = models.CharField(max_length=16)
    collected_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            # Several values of one test are told apart by their days.
            models.UniqueConstraint(
                name="lab_once_a_day_by_evaluation",
                fields=["evaluation", "loinc", "collected_on"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="lab_value_is_possible", condition=_possible_labs()
            ),
        ]
        # The last of a test is the newest, and that is the one that counts.
        ordering = ["collected_on", "pk"]

    def __str__(self) -> str:
        return f"{self.loinc} {self.value} {self.unit}"
