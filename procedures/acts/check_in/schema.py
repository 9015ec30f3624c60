"""What check-in, time-out and harvest ask for.

Hard limits refuse a value, the usual range only marks it.
"""

from procedures import day_vocabulary as words
from procedures.fields.ranges import FAHRENHEIT
from procedures.fields.schema import ActSchema, Field
from procedures.vocabulary import (
    DRUG_CLASSES,
    HARVEST_SITES,
    LATERALITIES,
    SEDATION_LEVELS,
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
VITALS = ActSchema(act="vitals", label="Vital signs", fields=VITAL_SIGNS)

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
    version="2",
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
)

TIME_OUT = ActSchema(
    act="time_out",
    label="Time-out",
    version="2",
    signature="The team paused and every answer is yes",
    second_person=True,
    fields=(
        *(
            Field(name=name, kind="boolean", label=label)
            for name, label in words.TIME_OUT_ITEMS
        ),
        CONDITIONS,
        Field(
            name="allergy_precautions",
            kind="boolean",
            label="The room is set up without what the patient is allergic to",
            required=False,
            needed_if="allergic to one of these",
            hint="Latex, chlorhexidine, povidone-iodine, adhesive",
        ),
        Field(name="room", kind="text", label="Room", required=False),
        SITE_MARKS,
        Field(
            name="patient_scan",
            kind="text",
            is_scan=True,
            label="Wristband (time-out 2)",
            required=False,
            needed_if="time-out 2",
        ),
        Field(
            name="product_scan",
            kind="text",
            is_scan=True,
            label="Product label (time-out 2)",
            required=False,
            needed_if="time-out 2",
        ),
        Field(name="device", kind="text", label="Scanner", required=False),
    ),
)

ANAESTHETICS = Field(
    name="anaesthetics",
    kind="group",
    label="Local anaesthetics",
    required=False,
    fields=(
        Field(name="agent", kind="choice", label="Agent", choices=words.ANAESTHETICS),
        Field(
            name="percent",
            kind="decimal",
            label="Concentration",
            unit="%",
            hard=(0.1, 4),
        ),
        Field(
            name="volume_ml", kind="decimal", label="Volume", unit="mL", hard=(0.1, 60)
        ),
    ),
)

HARVEST = ActSchema(
    act="harvest",
    label="Harvest",
    signature="I performed this harvest",
    fields=(
        Field(name="start_at", kind="datetime", label="Start"),
        Field(
            name="first_aliquot_at",
            kind="datetime",
            label="First aliquot",
            required=False,
            hint="Left empty: the start",
        ),
        Field(name="end_at", kind="datetime", label="End"),
        Field(
            name="position", kind="choice", label="Position", choices=words.POSITIONS
        ),
        Field(name="site", kind="choice", label="Site", choices=HARVEST_SITES),
        Field(name="side", kind="choice", label="Side", choices=words.HARVEST_SIDES),
        Field(
            name="guidance",
            kind="choice",
            label="Guidance",
            choices=words.HARVEST_GUIDANCE,
        ),
        Field(
            name="sedation",
            kind="choice",
            label="Sedation",
            choices=SEDATION_LEVELS,
            default="none",
        ),
        Field(
            name="needle_type",
            kind="choice",
            label="Needle",
            choices=words.HARVEST_NEEDLES,
            default="trocar",
        ),
        Field(
            name="needle_gauge",
            kind="integer",
            label="Needle gauge",
            unit="G",
            hard=(8, 16),
            warn=(10, 13),
        ),
        Field(
            name="needle_length_mm",
            kind="integer",
            label="Needle length",
            unit="mm",
            hard=(40, 200),
        ),
        Field(name="needle_lot", kind="text", label="Needle lot", required=False),
        Field(
            name="needle_expires_on",
            kind="date",
            label="Needle expiry",
            required=False,
        ),
        ANAESTHETICS,
        Field(
            name="anticoagulant",
            kind="choice",
            label="Anticoagulant",
            choices=words.ANTICOAGULANTS,
        ),
        Field(
            name="anticoagulant_ml",
            kind="decimal",
            label="Anticoagulant volume",
            unit="mL",
            hard=(0, 30),
        ),
        Field(
            name="heparin_units_per_ml",
            kind="integer",
            label="Heparin strength",
            unit="U/mL",
            required=False,
            hard=(10, 5000),
        ),
        Field(
            name="anticoagulant_lot",
            kind="text",
            label="Anticoagulant lot",
            required=False,
        ),
        Field(
            name="anticoagulant_expires_on",
            kind="date",
            label="Anticoagulant expiry",
            required=False,
        ),
        Field(
            name="aliquots_ml",
            kind="list",
            label="Aliquots",
            unit="mL",
            hard=(0.5, 60),
            warn=(None, 10),
            min_items=1,
            hint="One number per draw, in order",
        ),
        Field(
            name="syringe_ml",
            kind="integer",
            label="Syringe size",
            unit="mL",
            required=False,
            hard=(1, 60),
            warn=(None, 10),
        ),
        Field(name="note", kind="text", label="Note", required=False),
    ),
)
