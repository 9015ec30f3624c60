"""Questions of a time-out."""

from procedures import day_vocabulary as words
from procedures.acts.check_in.schema import CONDITIONS, SITE_MARKS
from procedures.fields.schema import ActSchema, Field

TIME_OUT = ActSchema(
    act="time_out",
    label="Time-out",
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
    sections=(
        (
            "The team confirms aloud",
            (
                "identity_confirmed",
                "site_and_side_agree",
                "consent_matches",
                "position_correct",
                "images_displayed",
                "allergies_reviewed",
                "infection_absent",
                "equipment_ready",
                "conditions_met",
                "allergy_precautions",
            ),
        ),
        ("Scans", ("patient_scan", "product_scan", "device")),
        ("Marks on the patient", ("site_marks",)),
        ("Place", ("room",)),
    ),
    versions=(
        "unknown",
        "22a9873cf61945b4",
    ),
)
