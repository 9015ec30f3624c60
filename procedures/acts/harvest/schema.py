"""Questions of a harvest."""

from procedures import day_vocabulary as words
from procedures.fields.schema import ActSchema, Field
from procedures.vocabulary import (
    HARVEST_SITES,
    SEDATION_LEVELS,
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
    sections=(
        ("Times", ("start_at", "first_aliquot_at", "end_at")),
        (
            "Site and needle",
            (
                "position",
                "site",
                "side",
                "guidance",
                "sedation",
                "needle_type",
                "needle_gauge",
                "needle_length_mm",
                "needle_lot",
                "needle_expires_on",
            ),
        ),
        ("Local anaesthesia", ("anaesthetics",)),
        (
            "Anticoagulant",
            (
                "anticoagulant",
                "anticoagulant_ml",
                "heparin_units_per_ml",
                "anticoagulant_lot",
                "anticoagulant_expires_on",
            ),
        ),
        ("Draws", ("aliquots_ml", "syringe_ml", "note")),
    ),
    versions=("196453e79582363f",),
)
