"""Questions of a discharge."""

from decimal import Decimal

from procedures import day_vocabulary as words
from procedures.acts.check_in.schema import VITAL_SIGNS
from procedures.fields.ranges import FAHRENHEIT
from procedures.fields.schema import ActSchema, Field

DISCHARGE = ActSchema(
    act="discharge",
    label="Discharge",
    signature="This patient may go home",
    fields=(
        Field(
            name="vitals",
            kind="group",
            label="Vital signs during recovery",
            min_items=2,
            fields=(
                Field(name="taken_at", kind="datetime", label="Taken at"),
                *(f for f in VITAL_SIGNS if f.name != "temperature_c"),
                Field(
                    name="temperature_c",
                    kind="decimal",
                    label="Temperature",
                    unit="°C",
                    required=False,
                    hard=(30, 43),
                    others=(FAHRENHEIT,),
                    warn=(None, 37.7),
                ),
            ),
        ),
        *(
            Field(name=name, kind="boolean", label=label)
            for name, label in words.DISCHARGE_CHECKS
        ),
        Field(
            name="recovery_score",
            kind="integer",
            label="Aldrete or PADSS (if sedated)",
            required=False,
            needed_if="sedated",
            hard=(0, 10),
        ),
        Field(
            name="weight_bearing",
            kind="choice",
            label="Weight bearing",
            choices=words.WEIGHT_BEARING,
        ),
        Field(name="aid", kind="choice", label="Aid", choices=words.AIDS),
        Field(
            name="instructions_version",
            kind="text",
            label="Instructions given (version)",
        ),
        Field(
            name="instructions_language",
            kind="choice",
            label="Language of the instructions",
            choices=(("en", "English"), ("es", "Spanish")),
            default="en",
        ),
        Field(
            name="escort_name",
            kind="text",
            label="Escort",
            required=False,
            needed_if="sedated",
        ),
        Field(
            name="discarded_ml",
            kind="decimal",
            label="Concentrate discarded",
            unit="mL",
            hard=(0, 60),
            default=Decimal(0),
        ),
    ),
    sections=(
        ("Vital signs during recovery", ("vitals",)),
        (
            "Checks",
            (
                "harvest_site_dry",
                "neurovascular_intact",
                "walked",
                "teach_back",
                "emergency_number_given",
                "recovery_score",
            ),
        ),
        (
            "Going home",
            (
                "weight_bearing",
                "aid",
                "escort_name",
                "instructions_version",
                "instructions_language",
            ),
        ),
        ("What is left of the concentrate", ("discarded_ml",)),
    ),
    versions=("d0422b6d5e0a0b44",),
)
