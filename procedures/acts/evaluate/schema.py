"""Questions of an evaluation."""

from procedures import vocabulary
from procedures.fields.ranges import LABS, measured
from procedures.fields.schema import ActSchema, Field

GRADES = (
    measured("grade_kl", "Kellgren-Lawrence grade", required=False),
    measured("grade_tonnis", "Tönnis grade", required=False),
    measured("grade_samilson_prieto", "Samilson-Prieto grade", required=False),
    measured("grade_icrs", "ICRS or Outerbridge grade", required=False),
    Field(
        name="cuff_tear",
        kind="choice",
        label="Cuff tear",
        choices=vocabulary.CUFF_TEARS,
        required=False,
    ),
    measured("cuff_size_cm", "Cuff tear, size", required=False),
    measured("patte", "Patte stage", required=False),
    measured("goutallier", "Goutallier grade", required=False),
    measured("tendon_grade", "Tendon or ligament grade (3 = complete)", required=False),
)
FINDING = (
    Field(
        name="target",
        kind="text",
        label="Target",
        required=False,
        hint="The target's id; by default the targets in the plan's order.",
    ),
    Field(
        name="icd10",
        kind="text",
        label="ICD-10-CM codes",
        hint="One or more, separated by spaces; the side must agree. Such as M17.11",
    ),
    *GRADES,
    Field(
        name="prosthetic_joint",
        kind="boolean",
        label="Prosthetic joint",
        required=False,
        default=False,
    ),
    Field(
        name="imaging_modality",
        kind="choice",
        label="Imaging",
        choices=vocabulary.IMAGING,
        required=False,
    ),
    Field(name="imaging_on", kind="date", label="Imaging of", required=False),
)
MEDICATION = (
    Field(name="name", kind="text", label="Drug", hard=(1, 80)),
    Field(
        name="drug_class",
        kind="choice",
        label="Class",
        choices=vocabulary.DRUG_CLASSES,
    ),
    Field(name="dose", kind="text", label="Dose", required=False, hard=(0, 80)),
    Field(name="last_dose_on", kind="date", label="Last taken", required=False),
)
LAB = (
    Field(name="loinc", kind="choice", label="Test", choices=vocabulary.LABS),
    Field(name="value", kind="decimal", label="Value", per="loinc", cases=LABS),
    Field(name="collected_on", kind="date", label="Collected", required=False),
)
BODY = (measured("height_cm", "Height"), measured("weight_kg", "Weight"))
COMPLAINT = (
    measured("symptom_months", "Symptoms for"),
    measured("conservative_weeks", "Conservative care for"),
    measured("nrs", "Pain now", required=False, needed_if="approval is to follow"),
    Field(
        name="prom_instrument",
        kind="choice",
        label="Baseline questionnaire",
        choices=vocabulary.PROMS,
        required=False,
        needed_if="approval is to follow",
    ),
    Field(
        name="prom_items",
        kind="list",
        label="Its answers, in order",
        required=False,
        needed_if="approval is to follow",
        hard=(0, 100),
    ),
)
RISKS = (
    Field(name="active_infection", kind="boolean", label="Any active infection"),
    Field(
        name="infection_site",
        kind="text",
        label="Infection: what and where",
        required=False,
        needed_if="there is one",
        hard=(0, 200),
    ),
    measured("temperature_c", "Temperature", required=False),
    Field(
        name="antibiotics_until",
        kind="date",
        label="Last day of antibiotics",
        required=False,
    ),
    Field(
        name="allergies",
        kind="multichoice",
        label="Allergies",
        choices=vocabulary.ALLERGIES,
        min_items=1,
    ),
    Field(
        name="pregnant",
        kind="boolean",
        label="Pregnant",
        required=False,
    ),
    measured("asa_class", "ASA class"),
)
EVALUATE = ActSchema(
    act="evaluate",
    label="Evaluation",
    signature="These are my findings.",
    fields=(
        Field(
            name="findings", kind="group", label="Target", fields=FINDING, min_items=1
        ),
        *BODY,
        *COMPLAINT,
        *RISKS,
        Field(
            name="medications",
            kind="group",
            label="Medication",
            fields=MEDICATION,
            required=False,
        ),
        Field(
            name="labs",
            kind="group",
            label="Laboratory value",
            fields=LAB,
            required=False,
        ),
        Field(name="history", kind="text", label="History", required=False),
    ),
    sections=(
        ("Findings at each target", ("findings",)),
        (
            "Complaint",
            (
                "symptom_months",
                "conservative_weeks",
                "nrs",
                "prom_instrument",
                "prom_items",
                "history",
            ),
        ),
        ("Body", ("height_cm", "weight_kg", "temperature_c", "asa_class")),
        (
            "Risks",
            (
                "active_infection",
                "infection_site",
                "antibiotics_until",
                "pregnant",
                "allergies",
            ),
        ),
        ("Medication", ("medications",)),
        ("Laboratory", ("labs",)),
    ),
    versions=("4cb6a465b1e92978",),
)
