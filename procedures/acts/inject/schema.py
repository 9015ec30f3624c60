"""Questions of an injection."""

from decimal import Decimal

from procedures import day_vocabulary as words
from procedures.fields.schema import ActSchema, Field
from procedures.vocabulary import LATERALITIES

INJECT = ActSchema(
    act="inject",
    label="Injection",
    signature="I performed this injection",
    fields=(
        Field(name="target", kind="text", label="Target id"),
        Field(name="laterality", kind="choice", label="Side", choices=LATERALITIES),
        Field(name="patient_scan", kind="text", is_scan=True, label="Wristband"),
        Field(name="product_scan", kind="text", is_scan=True, label="Product label"),
        Field(name="device", kind="text", label="Scanner", required=False),
        Field(name="start_at", kind="datetime", label="Start"),
        Field(name="end_at", kind="datetime", label="End"),
        Field(
            name="guidance",
            kind="choice",
            label="Image guidance",
            choices=words.INJECTION_GUIDANCE,
        ),
        Field(name="approach", kind="text", label="Approach", required=False),
        Field(
            name="needle_gauge",
            kind="integer",
            label="Needle gauge",
            unit="G",
            hard=(14, 30),
            warn=(20, 25),
        ),
        Field(
            name="needle_length_mm",
            kind="integer",
            label="Needle length",
            unit="mm",
            hard=(10, 200),
        ),
        Field(
            name="volume_ml",
            kind="decimal",
            label="Volume",
            unit="mL",
            hard=(0.1, 20),
            warn=(1, 10),
        ),
        Field(
            name="images_stored",
            kind="integer",
            label="Images stored",
            hard=(1, 9999),
        ),
        Field(
            name="effusion_aspirated_ml",
            kind="decimal",
            label="Effusion aspirated",
            unit="mL",
            hard=(0, 250),
            warn=(None, 60),
            default=Decimal(0),
        ),
        Field(
            name="effusion_appearance",
            kind="choice",
            label="Effusion looks",
            choices=words.EFFUSION_APPEARANCES,
            default="none",
        ),
        Field(name="contrast_agent", kind="text", label="Contrast", required=False),
        Field(
            name="contrast_ml",
            kind="decimal",
            label="Contrast volume",
            unit="mL",
            hard=(0, 10),
            warn=(None, 3),
            default=Decimal(0),
        ),
        Field(
            name="anaesthetic_agent",
            kind="choice",
            label="Local anaesthetic into the target",
            choices=words.ANAESTHETICS,
            required=False,
        ),
        Field(
            name="anaesthetic_ml",
            kind="decimal",
            label="Local anaesthetic volume",
            unit="mL",
            hard=(0, 20),
            default=Decimal(0),
        ),
        Field(
            name="fluoro_minutes",
            kind="decimal",
            label="Fluoroscopy",
            unit="min",
            required=False,
            hard=(0, 30),
            warn=(None, 3),
        ),
        Field(
            name="air_kerma_mgy",
            kind="decimal",
            label="Air kerma",
            unit="mGy",
            required=False,
            hard=(0, 2000),
        ),
    ),
    sections=(
        (
            "Target and scans",
            ("target", "laterality", "patient_scan", "product_scan", "device"),
        ),
        ("Times", ("start_at", "end_at")),
        (
            "Injection",
            (
                "guidance",
                "approach",
                "needle_gauge",
                "needle_length_mm",
                "volume_ml",
                "images_stored",
            ),
        ),
        ("Effusion", ("effusion_aspirated_ml", "effusion_appearance")),
        (
            "Contrast and anaesthetic",
            ("contrast_agent", "contrast_ml", "anaesthetic_agent", "anaesthetic_ml"),
        ),
        ("Fluoroscopy", ("fluoro_minutes", "air_kerma_mgy")),
    ),
    versions=("21f3d707f2d80d17",),
)
