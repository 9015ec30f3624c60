"""The chain of identity: containers, scans, processing, release, injection."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    RangeBoundary,
    RangeOperators,
)
from django.db import models
from django.db.models import Case, F, Func, Q, When
from django.db.models.functions import Substr, Upper

from core.models import UuidModel
from procedures import day_vocabulary as words
from procedures.models.day import not_in_the_future, one_of
from procedures.models.signature import (
    Record,
    SignedRecord,
    between,
    correction_is_explained,
    one_current,
)

USER = "clinics.User"


class ProductCounter(models.Model):
    """The last number given to a harvest at a clinic on one local day."""

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="product_counter_per_day", fields=["clinic", "day"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.last}"


class Product(UuidModel):
    """One labelled container. What it is never changes; what happens to it are rows.

    Autologous only: donor and recipient are the episode's patient.
    """

    KINDS = (("A", "Aspirate"), ("C", "Concentrate"), ("Q", "Quality sample"))

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=1, choices=KINDS)
    number = models.PositiveSmallIntegerField(default=1)
    seq = models.PositiveIntegerField()
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    episode = models.ForeignKey(
        "procedures.Episode", models.PROTECT, related_name="products"
    )
    donor = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+")
    recipient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    collected_on = models.DateField()
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="product_is_autologous", condition=Q(donor=F("recipient"))
            ),
            models.CheckConstraint(
                name="product_kind_has_its_parent",
                condition=Q(kind="A", parent=None)
                | Q(kind__in=["C", "Q"], parent__isnull=False),
            ),
            models.UniqueConstraint(
                name="episode_has_one_aspirate",
                fields=["episode", "kind", "number"],
            ),
        ]

    def __str__(self) -> str:
        return self.code


class HandOff(Record):
    """A container changed hands: the wristband and the container were read."""

    kind = models.CharField(max_length=2, choices=words.HAND_OFFS)
    product = models.ForeignKey(Product, models.PROTECT, related_name="hand_offs")
    patient_scan = models.CharField(max_length=80)
    container_scan = models.CharField(max_length=80)
    method = models.CharField(max_length=8, choices=words.SCAN_METHODS)
    device = models.CharField(max_length=80, blank=True)
    labelled_in_presence = models.BooleanField(default=False)
    person = models.ForeignKey(USER, models.PROTECT, related_name="+")
    second = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future(),
            one_of("kind", words.HAND_OFFS, name="hand_off_kind_is_known"),
            models.CheckConstraint(
                name="hand_off_by_hand_needs_two_people",
                condition=Q(method="scan")
                | (Q(second__isnull=False) & ~Q(second=F("person"))),
            ),
            models.CheckConstraint(
                name="hand_off_one_is_labelled_before_the_patient",
                condition=~Q(kind="H1") | Q(labelled_in_presence=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.product_id}"


class ScanIncident(UuidModel):
    """A scan that did not match. Nothing goes on until two people have resolved it."""

    episode = models.ForeignKey(
        "procedures.Episode", models.PROTECT, related_name="scan_incidents"
    )
    place = models.CharField(max_length=16)
    reasons = ArrayField(models.CharField(max_length=40))
    expected_patient = models.CharField(max_length=80)
    patient_scan = models.CharField(max_length=80)
    expected_product = models.CharField(max_length=80, blank=True)
    container_scan = models.CharField(max_length=80)
    device = models.CharField(max_length=80, blank=True)
    occurred_at = models.DateTimeField()
    reported_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="incident_has_a_reason", condition=Q(reasons__len__gte=1)
            )
        ]

    def __str__(self) -> str:
        return f"Scan incident at {self.place}"


class IncidentResolution(UuidModel):
    """Two people looked into a mismatch and say what it was."""

    incident = models.OneToOneField(
        ScanIncident, models.PROTECT, related_name="resolution"
    )
    text = models.CharField(max_length=500)
    first = models.ForeignKey(USER, models.PROTECT, related_name="+")
    second = models.ForeignKey(USER, models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="incident_is_resolved_by_two_people",
                condition=~Q(first=F("second")),
            )
        ]

    def __str__(self) -> str:
        return f"Resolution of {self.incident_id}"


class KitUse(Record):
    """A single-use kit, used up."""

    # Empty for a kit typed by hand whose label has none.
    gtin = models.CharField(max_length=14, blank=True)
    serial = models.CharField(max_length=20, blank=True)
    lot = models.CharField(max_length=20, blank=True)
    expires_on = models.DateField()
    used_on = models.DateField()
    # Typed from its label, as nothing could be scanned: then two people read it.
    is_typed = models.BooleanField(default=False)
    second_person = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            correction_is_explained(),
            # Whichever package was scanned and however its letters were typed.
            models.UniqueConstraint(
                Substr("gtin", 2, 12),
                Upper("serial"),
                Case(When(gtin="", then="expires_on")),
                name="kit_is_used_once",
                condition=~Q(serial="") & Q(superseded_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="kit_is_in_date", condition=Q(used_on__lte=F("expires_on"))
            ),
            models.CheckConstraint(
                name="kit_has_lot_or_serial", condition=~Q(serial="", lot="")
            ),
        ]
        indexes = [models.Index(name="kit_by_lot", fields=["gtin", "lot"])]

    def __str__(self) -> str:
        return f"{self.gtin} {self.serial or self.lot}"


class TimeRange(Func):
    """The half-open time [start, end) as a range."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Processing(SignedRecord):
    """Marrow concentrated at the bench, all of it accounted for."""

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, models.PROTECT, related_name="processings")
    concentrate = models.ForeignKey(Product, models.PROTECT, related_name="made_by")
    operator = models.ForeignKey(USER, models.PROTECT, related_name="+")
    centrifuge = models.CharField(max_length=40)
    kit = models.ForeignKey(KitUse, models.PROTECT, related_name="processings")
    program = models.CharField(max_length=80, blank=True)
    spin_minutes = models.PositiveSmallIntegerField()
    spin_g = models.PositiveIntegerField(null=True, blank=True)
    spin_rpm = models.PositiveIntegerField(null=True, blank=True)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    input_ml = models.DecimalField(max_digits=6, decimal_places=2)
    bmc_ml = models.DecimalField(max_digits=5, decimal_places=2)
    ppp_ml = models.DecimalField(max_digits=5, decimal_places=2)
    waste_ml = models.DecimalField(max_digits=5, decimal_places=2)
    filter_um = models.PositiveSmallIntegerField(null=True, blank=True)
    manipulations = ArrayField(models.CharField(max_length=32))
    additives = ArrayField(models.CharField(max_length=32), default=list)
    regulatory_hold = models.BooleanField()
    tnc_e6_per_ml = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    tnc_total_e6 = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    viability_pct = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    hct_pct = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    plt_e3_per_ul = models.PositiveIntegerField(null=True)
    wbc_e3_per_ul = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    clots = models.BooleanField()
    leak = models.BooleanField()
    colour = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future("end_at"),
            one_current("episode", name="episode_is_processed_once"),
            between("spin_minutes", 1, 60, name="processing_spin_minutes"),
            between("spin_g", 50, 3500, name="processing_spin_g"),
            between("spin_rpm", 500, 6000, name="processing_spin_rpm"),
            between("bmc_ml", 0.5, 60, name="processing_bmc"),
            between("filter_um", 40, 300, name="processing_filter"),
            between("tnc_e6_per_ml", 0, 1000, name="processing_tnc"),
            between("viability_pct", 0, 100, name="processing_viability"),
            between("hct_pct", 0, 70, name="processing_hct"),
            between("plt_e3_per_ul", 0, 5000, name="processing_plt"),
            models.CheckConstraint(
                name="processing_output_fits_input",
                condition=Q(
                    input_ml__gte=F("bmc_ml") + F("ppp_ml") + F("waste_ml") - 1
                ),
            ),
            models.CheckConstraint(
                name="processing_times_run_forward",
                condition=Q(end_at__gt=F("start_at")),
            ),
            models.CheckConstraint(
                name="processing_beyond_minimal_is_held",
                condition=Q(regulatory_hold=True)
                | Q(
                    manipulations__contained_by=[
                        name for name, _ in words.ALLOWED_MANIPULATIONS
                    ],
                    additives__contained_by=[
                        name for name, _ in words.ALLOWED_ADDITIVES
                    ],
                ),
            ),
            ExclusionConstraint(
                name="centrifuge_holds_one_product",
                expressions=[
                    ("clinic", RangeOperators.EQUAL),
                    ("centrifuge", RangeOperators.EQUAL),
                    (
                        TimeRange("start_at", "end_at", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(superseded_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"Processing of {self.product_id}"


class Release(SignedRecord):
    """The concentrate may be given; somebody who did not make it has looked."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="releases")
    processing = models.ForeignKey(Processing, models.PROTECT, related_name="releases")
    operator = models.ForeignKey(USER, models.PROTECT, related_name="+")
    released_by = models.ForeignKey(USER, models.PROTECT, related_name="+")
    verifier = models.ForeignKey(USER, models.PROTECT, related_name="+")
    released_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    label_checked = models.BooleanField()
    physician_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            correction_is_explained(),
            not_in_the_future("released_at"),
            one_current("product", name="product_is_released_once"),
            models.CheckConstraint(
                name="release_verifier_did_not_make_it",
                condition=~Q(verifier=F("operator")) & ~Q(verifier=F("released_by")),
            ),
            models.CheckConstraint(
                name="release_is_before_expiry",
                condition=Q(released_at__lt=F("expires_at")),
            ),
            models.CheckConstraint(
                name="release_label_is_checked", condition=Q(label_checked=True)
            ),
        ]

    def __str__(self) -> str:
        return f"Release of {self.product_id}"
