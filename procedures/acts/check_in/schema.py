"""Questions of a check-in, of vital signs and of marks on the patient.

Hard limits refuse a value, the usual range only marks it.
"""

from procedures import day_vocabulary as words
from procedures.fields.ranges import FAHRENHEIT
from procedures.fields.schema import ActSchema, Field
from procedures.vocabulary import (
    DRUG_CLASSES,
    LATERALITIES,
)

# One set of vital signs.
VITAL_SIGNS = (
    Field(
        name="systolic_mmhg",
        kind="integer",
        label="Systolic",
        unit="mmHg",
        hard=(60, 260),
        warn=(95, 159),
    ),
    Field(
        name="diastolic_mmhg",
        kind="integer",
        label="Diastolic",
        unit="mmHg",
        hard=(30, 160),
        warn=(None, 99),
    ),
    Field(
        name="heart_rate_per_min",
        kind="integer",
        label="Heart rate",
        unit="/min",
        hard=(30, 220),
        warn=(50, 110),
    ),
    Field(
        name="spo2_pct",
        kind="integer",
        label="Oxygen saturation",
        unit="%",
        hard=(50, 100),
        warn=(94, None),
    ),
    Field(
        name="temperature_c",
        kind="decimal",
        label="Temperature",
        unit="°C",
        hard=(30, 43),
        others=(FAHRENHEIT,),
        warn=(None, 37.7),
        hint="38.0 °C or more ends the day",
    ),
    Field(
        name="respiratory_rate_per_min",
        kind="integer",
        label="Respiratory rate",
        unit="/min",
        required=False,
        hard=(4, 60),
        warn=(10, 24),
    ),
    Field(
        name="nrs",
        kind="integer",
        label="Pain, 0 to 10",
        required=False,
        hard=(0, 10),
    ),
    Field(
        name="glucose_mg_dl",
        kind="integer",
        label="Glucose (if diabetic)",
        unit="mg/dL",
        required=False,
        needed_if="diabetic",
        hard=(20, 800),
        warn=(None, 250),
    ),
)

# Recorded with the check-in and the discharge; corrected as a record of its own.
VITALS = ActSchema(
    act="vitals",
    label="Vital signs",
    fields=VITAL_SIGNS,
    versions=("e4b9657be2ad61fb",),
)

SITE_MARKS = Field(
    name="site_marks",
    kind="group",
    label="Marks by the proceduralist",
    required=False,
    hint="Here or at time-out 1 at the latest",
    fields=(
        Field(name="target", kind="text", label="Target id"),
        Field(
            name="laterality",
            kind="choice",
            label="Side marked",
            choices=LATERALITIES,
        ),
        Field(name="marked_at", kind="datetime", label="Marked at"),
    ),
)

LAST_DOSES = Field(
    name="last_doses",
    kind="group",
    label="Last doses of held drugs, and of all taken since",
    required=False,
    fields=(
        Field(name="drug", kind="text", label="Drug"),
        Field(name="drug_class", kind="choice", label="Class", choices=DRUG_CLASSES),
        Field(name="last_dose_at", kind="datetime", label="Last dose"),
    ),
)

CONDITIONS = Field(
    name="conditions_met",
    kind="boolean",
    label="The conditions of the approval are met",
    required=False,
    needed_if="approved with conditions",
)

CHECK_IN = ActSchema(
    act="check_in",
    label="Check-in and vital signs",
    signature="I checked this patient in",
    fields=(
        Field(
            name="arrived_at",
            kind="datetime",
            label="Arrived at",
            required=False,
            hint="Left empty: when the front desk noted the arrival",
        ),
        Field(
            name="identifiers",
            kind="multichoice",
            label="Identifiers confirmed",
            choices=words.IDENTIFIERS,
            min_items=2,
            hint="Two, never the room",
        ),
        *VITAL_SIGNS,
        Field(
            name="infection_signs", kind="boolean", label="Any sign of infection today"
        ),
        Field(
            name="medication_since",
            kind="boolean",
            label="Anything taken since the evaluation",
            required=False,
            hint="Antibiotic, cortisone, blood thinner, anti-inflammatory",
        ),
        LAST_DOSES,
        Field(
            name="pregnancy_test",
            kind="choice",
            label="Pregnancy test",
            choices=words.PREGNANCY_TESTS,
            default="not_applicable",
        ),
        Field(
            name="pregnancy_test_at",
            kind="datetime",
            label="Pregnancy test at",
            required=False,
            needed_if="tested",
        ),
        Field(
            name="driver_name",
            kind="text",
            label="Driver (any sedation)",
            required=False,
            needed_if="sedated",
        ),
        Field(
            name="driver_phone",
            kind="text",
            label="Driver's phone",
            required=False,
            needed_if="sedated",
        ),
        Field(
            name="fasting_since",
            kind="datetime",
            label="Fasting since (deeper sedation)",
            required=False,
            needed_if="deeper sedation",
        ),
        CONDITIONS,
        SITE_MARKS,
        Field(
            name="clearance_reason",
            kind="text",
            label="Why a physician clears a stop",
            required=False,
            needed_if="a physician clears a stop",
            hint="The physician is the second person",
        ),
    ),
    sections=(
        ("Arrival and identity", ("arrived_at", "identifiers")),
        ("Vital signs", tuple(asked.name for asked in VITAL_SIGNS)),
        (
            "Fit for today",
            ("infection_signs", "pregnancy_test", "pregnancy_test_at"),
        ),
        ("Drugs", ("medication_since", "last_doses")),
        ("Conditions of the approval", ("conditions_met",)),
        ("Marks on the patient", ("site_marks",)),
        ("With sedation only", ("driver_name", "driver_phone", "fasting_since")),
        ("If something stops the day", ("clearance_reason",)),
    ),
    versions=(
        "unknown",
        "1af5fe8f901e5247",
    ),
)
