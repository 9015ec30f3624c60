"""Records of the visit: check-in, vital signs, time-outs, harvest, discharge."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from procedures import day_vocabulary as words
from procedures.models.signature import (
    Record,
    SignedRecord,
    between,
    correction_is_explained,
    one_current,
)
from procedures.vocabulary import HARVEST_SITES, SEDATION_LEVELS


def not_in_the_future(field: str = "occurred_at") -> models.CheckConstraint:
    """Constraint that nothing is told before it happened."""
    return models.CheckConstraint(
        name=f"%(class)s_{field}_is_past",
        condition=Q(**{f"{field}__lte": F("recorded_at")}),
    )


def one_of(field: str, choices: words.Choices, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=Q(**{f"{field}__in": [value for value, _ in choices]})
    )


class CheckIn(SignedRecord):
    """The patient is here, is who they should be, and may be treated today."""

    arrived_at = models.DateTimeField()
    identifiers = ArrayField(models.CharField(max_length=16))
    infection_signs = models.BooleanField()
    pregnancy_test = models.CharField(max_length=24, choices=words.PREGNANCY_TESTS)
    pregnancy_test_at = models.DateTimeField(null=True, blank=True)
    driver_name = models.CharField(max_length=120, blank=True)
    driver_phone = models.CharField(max_length=16, blank=True)
    fasting_since = models.DateTimeField(null=True, blank=True)
    medication_since = models.BooleanField(null=True, blank=True)
    conditions_met = models.BooleanField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        "clinics.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    clearance_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            one_current("episode", name="episode_is_checked_in_once"),
            models.CheckConstraint(
                name="check_in_confirms_two_identifiers",
                condition=Q(identifiers__len__gte=2),
            ),
            models.CheckConstraint(
                name="check_in_without_infection", condition=Q(infection_signs=False)
            ),
            models.CheckConstraint(
                name="check_in_not_pregnant", condition=~Q(pregnancy_test="positive")
            ),
            models.CheckConstraint(
                name="check_in_clearance_is_explained",
                condition=Q(cleared_by=None, clearance_reason="")
                | (Q(cleared_by__isnull=False) & ~Q(clearance_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"Check-in of episode {self.episode_id}"


class LastDose(models.Model):
    """Last dose of a drug of the hold plan, as told at check-in."""

    check_in = models.ForeignKey(CheckIn, models.PROTECT, related_name="last_doses")
    drug = models.CharField(max_length=80)
    drug_class = models.CharField(max_length=32)
    last_dose_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.drug


class VitalsSet(Record):
    """One set of vital signs; `occurred_at` is when it was taken."""

    purpose = models.CharField(max_length=16, choices=words.VITALS_PURPOSES)
    systolic_mmhg = models.PositiveSmallIntegerField()
    diastolic_mmhg = models.PositiveSmallIntegerField()
    heart_rate_per_min = models.PositiveSmallIntegerField()
    spo2_pct = models.PositiveSmallIntegerField()
    temperature_c = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    respiratory_rate_per_min = models.PositiveSmallIntegerField(null=True)
    nrs = models.PositiveSmallIntegerField(null=True)
    glucose_mg_dl = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            between("systolic_mmhg", 60, 260, name="vitals_systolic"),
            between("diastolic_mmhg", 30, 160, name="vitals_diastolic"),
            models.CheckConstraint(
                name="vitals_diastolic_below_systolic",
                condition=Q(diastolic_mmhg__lt=F("systolic_mmhg")),
            ),
            between("heart_rate_per_min", 30, 220, name="vitals_heart_rate"),
            between("spo2_pct", 50, 100, name="vitals_spo2"),
            between("temperature_c", 30, 43, name="vitals_temperature"),
            between("respiratory_rate_per_min", 4, 60, name="vitals_respiration"),
            between("nrs", 0, 10, name="vitals_nrs"),
            between("glucose_mg_dl", 20, 800, name="vitals_glucose"),
        ]

    def __str__(self) -> str:
        return f"Vital signs at {self.purpose}"


class SiteMark(Record):
    """A target marked on the awake patient by the proceduralist."""

    target = models.ForeignKey(
        "procedures.Target", models.PROTECT, related_name="site_marks"
    )
    laterality = models.CharField(max_length=8)
    marked_by = models.ForeignKey("clinics.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            one_current("target", name="target_is_marked_once"),
        ]

    def __str__(self) -> str:
        return f"Mark of target {self.target_id}"


class TimeOut(SignedRecord):
    """The team's pause: 1 before the harvest, 2 before the injection.

    Only a complete one with every answer yes becomes a row; it is good until
    `valid_until`, the clinic's minutes after it was held.
    """

    number = models.PositiveSmallIntegerField(choices=[(1, "1"), (2, "2")])
    lead = models.ForeignKey("clinics.User", models.PROTECT, related_name="+")
    second = models.ForeignKey("clinics.User", models.PROTECT, related_name="+")
    room = models.CharField(max_length=80, blank=True)
    identity_confirmed = models.BooleanField()
    site_and_side_agree = models.BooleanField()
    consent_matches = models.BooleanField()
    position_correct = models.BooleanField()
    images_displayed = models.BooleanField()
    allergies_reviewed = models.BooleanField()
    infection_absent = models.BooleanField()
    equipment_ready = models.BooleanField()
    conditions_met = models.BooleanField(null=True, blank=True)
    allergy_precautions = models.BooleanField(null=True, blank=True)
    product = models.ForeignKey(
        "procedures.Product", models.PROTECT, null=True, related_name="time_outs"
    )
    valid_until = models.DateTimeField()

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            models.CheckConstraint(
                name="time_out_every_answer_is_yes",
                condition=Q(**dict.fromkeys(words.TIME_OUT_ITEM_NAMES, True)),
            ),
            models.CheckConstraint(
                name="time_out_needs_two_people", condition=~Q(lead=F("second"))
            ),
            models.CheckConstraint(
                name="time_out_two_names_the_product",
                condition=Q(number=1, product=None)
                | Q(number=2, product__isnull=False),
            ),
            models.CheckConstraint(
                name="time_out_runs_out",
                condition=Q(valid_until__gt=F("occurred_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"Time-out {self.number} of episode {self.episode_id}"


class Harvest(SignedRecord):
    """Marrow drawn at one sitting. `first_aliquot_at` starts the product's clock."""

    time_out = models.ForeignKey(TimeOut, models.PROTECT, related_name="harvests")
    proceduralist = models.ForeignKey("clinics.User", models.PROTECT, related_name="+")
    position = models.CharField(max_length=24, choices=words.POSITIONS)
    site = models.CharField(max_length=40, choices=HARVEST_SITES)
    side = models.CharField(max_length=16, choices=words.HARVEST_SIDES)
    guidance = models.CharField(max_length=16, choices=words.HARVEST_GUIDANCE)
    needle_type = models.CharField(max_length=32, choices=words.HARVEST_NEEDLES)
    needle_gauge = models.PositiveSmallIntegerField()
    needle_length_mm = models.PositiveSmallIntegerField()
    needle_lot = models.CharField(max_length=40, blank=True)
    needle_expires_on = models.DateField(null=True, blank=True)
    anticoagulant = models.CharField(max_length=24, choices=words.ANTICOAGULANTS)
    anticoagulant_ml = models.DecimalField(max_digits=5, decimal_places=2)
    anticoagulant_lot = models.CharField(max_length=40, blank=True)
    anticoagulant_expires_on = models.DateField(null=True, blank=True)
    heparin_units_per_ml = models.PositiveIntegerField(null=True, blank=True)
    sedation = models.CharField(max_length=16, choices=SEDATION_LEVELS)
    anaesthetic_fraction = models.DecimalField(max_digits=4, decimal_places=2)
    total_aspirate_ml = models.DecimalField(max_digits=6, decimal_places=2)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=1)
    start_at = models.DateTimeField()
    first_aliquot_at = models.DateTimeField()
    end_at = models.DateTimeField()
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future("end_at"),
            one_current("episode", name="episode_is_harvested_once"),
            between("needle_gauge", 8, 16, name="harvest_needle_gauge"),
            between("needle_length_mm", 40, 200, name="harvest_needle_length"),
            between("anticoagulant_ml", 0, 30, name="harvest_anticoagulant"),
            between("heparin_units_per_ml", 10, 5000, name="harvest_heparin"),
            between("anaesthetic_fraction", 0, 1, name="harvest_anaesthetic_is_safe"),
            between("total_aspirate_ml", 5, 300, name="harvest_total"),
            models.CheckConstraint(
                name="harvest_at_most_4_ml_per_kg",
                condition=Q(total_aspirate_ml__lte=F("weight_kg") * 4),
            ),
            models.CheckConstraint(
                name="harvest_times_run_forward",
                condition=Q(
                    first_aliquot_at__gte=F("start_at"), end_at__gt=F("start_at")
                )
                & Q(end_at__gte=F("first_aliquot_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"Harvest of episode {self.episode_id}"


class Aliquot(models.Model):
    """One draw of a harvest."""

    harvest = models.ForeignKey(Harvest, models.PROTECT, related_name="aliquots")
    seq = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    volume_ml = models.DecimalField(max_digits=4, decimal_places=1)
    syringe_ml = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["seq"]
        constraints = [
            models.UniqueConstraint(name="aliquot_once", fields=["harvest", "seq"]),
            between("volume_ml", 0.5, 60, name="aliquot_volume"),
        ]

    def __str__(self) -> str:
        return f"{self.volume_ml} mL"


class LocalAnaesthetic(models.Model):
    """A local anaesthetic given at the harvest; the mass follows from the rest."""

    harvest = models.ForeignKey(Harvest, models.PROTECT, related_name="anaesthetics")
    agent = models.CharField(max_length=32, choices=words.ANAESTHETICS)
    percent = models.DecimalField(max_digits=4, decimal_places=2)
    volume_ml = models.DecimalField(max_digits=5, decimal_places=1)
    mass_mg = models.DecimalField(max_digits=6, decimal_places=1)

    def __str__(self) -> str:
        return f"{self.agent} {self.mass_mg} mg"


class Discharge(SignedRecord):
    """The patient leaves: what was checked, what they take with them."""

    harvest_site_dry = models.BooleanField()
    neurovascular_intact = models.BooleanField()
    walked = models.BooleanField()
    recovery_score = models.PositiveSmallIntegerField(null=True, blank=True)
    weight_bearing = models.CharField(max_length=24, choices=words.WEIGHT_BEARING)
    aid = models.CharField(max_length=16, choices=words.AIDS)
    instructions_version = models.CharField(max_length=40)
    instructions_language = models.CharField(max_length=8)
    teach_back = models.BooleanField()
    emergency_number_given = models.BooleanField()
    escort_name = models.CharField(max_length=120, blank=True)
    discharged_by = models.ForeignKey("clinics.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            one_current("episode", name="episode_is_discharged_once"),
            models.CheckConstraint(
                name="discharge_checks_are_passed",
                condition=Q(**dict.fromkeys(words.DISCHARGE_CHECK_NAMES, True)),
            ),
        ]

    def __str__(self) -> str:
        return f"Discharge of episode {self.episode_id}"


class AdverseEvent(Record):
    """Something went wrong or might have. Anyone may report it; it is never deleted.

    Severity (`grade`, CTCAE 1 to 5) and seriousness are two different things.
    """

    term = models.CharField(max_length=40, choices=words.ADVERSE_EVENT_TERMS)
    grade = models.PositiveSmallIntegerField()
    onset_at = models.DateTimeField()
    place = models.CharField(max_length=16, choices=words.ADVERSE_EVENT_PLACES)
    serious_because = ArrayField(models.CharField(max_length=24), default=list)
    relatedness = models.CharField(max_length=16, choices=words.RELATEDNESS)
    expected = models.BooleanField()
    description = models.TextField(blank=True)
    outcome = models.CharField(max_length=24, choices=words.ADVERSE_EVENT_OUTCOMES)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future("onset_at"),
            between("grade", 1, 5, name="adverse_event_grade"),
            one_of("term", words.ADVERSE_EVENT_TERMS, name="adverse_event_term"),
        ]

    def __str__(self) -> str:
        return f"{self.term}, grade {self.grade}"
