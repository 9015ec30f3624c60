"""Questions of answers at a follow-up."""

from procedures import day_vocabulary as words
from procedures.fields.ranges import FAHRENHEIT
from procedures.fields.schema import ActSchema, Field
from procedures.follow_up import red_flags

RESPOND = ActSchema(
    act="respond",
    label="Answers at a follow-up",
    fields=(
        Field(
            name="follow_up",
            kind="text",
            label="Follow-up",
            hint="Its code: D1, D3, D7, D14, W6, M3, M6 or M12",
        ),
        Field(
            name="nrs",
            kind="integer",
            label="Pain, 0 to 10",
            required=False,
            hard=(0, 10),
        ),
        Field(
            name="temperature_c",
            kind="decimal",
            label="Temperature",
            unit="°C",
            required=False,
            hard=(30, 43),
            others=(FAHRENHEIT,),
        ),
        Field(
            name="swelling",
            kind="choice",
            label="Swelling",
            choices=words.SWELLING,
            required=False,
        ),
        Field(
            name="bears_weight",
            kind="boolean",
            label="Can bear weight or use the limb",
            required=False,
        ),
        Field(
            name="warning_signs",
            kind="multichoice",
            label="Warning signs",
            choices=tuple(red_flags.SIGNS.items()),
            required=False,
        ),
        Field(
            name="instruments",
            kind="object",
            label="Questionnaires",
            required=False,
            hint='{"koos_jr": {"stairs": 2, …}, "pgic": {"pgic": 2}}',
        ),
        Field(
            name="milestones",
            kind="object",
            label="Steps of the recovery",
            required=False,
            hint='{"light_activities": "reached", "therapy": "not_yet"}, or "unknown"',
        ),
        Field(
            name="language",
            kind="choice",
            label="Language",
            choices=(("en", "English"), ("es", "Spanish")),
            default="en",
        ),
        Field(name="note", kind="text", label="Note", required=False),
    ),
    sections=(
        ("Which contact", ("follow_up", "language")),
        (
            "What the patient tells",
            (
                "nrs",
                "temperature_c",
                "swelling",
                "bears_weight",
                "warning_signs",
                "note",
            ),
        ),
    ),
    versions=(
        "unknown",
        "ef2b6868107af430",
    ),
)
