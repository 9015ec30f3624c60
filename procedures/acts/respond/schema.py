"""What an adverse event and an answer at a follow-up ask for."""

from procedures import day_vocabulary as words
from procedures.fields.ranges import FAHRENHEIT
from procedures.fields.schema import ActSchema, Field
from procedures.follow_up import red_flags

ADVERSE_EVENT = ActSchema(
    act="adverse_event",
    label="Adverse event",
    fields=(
        Field(
            name="term",
            kind="choice",
            label="What happened",
            choices=words.ADVERSE_EVENT_TERMS,
        ),
        Field(
            name="grade",
            kind="integer",
            label="Severity (CTCAE grade)",
            hard=(1, 5),
            warn=(None, 2),
        ),
        Field(name="onset_at", kind="datetime", label="Began at"),
        Field(
            name="place",
            kind="choice",
            label="Where",
            choices=words.ADVERSE_EVENT_PLACES,
        ),
        Field(
            name="serious_because",
            kind="multichoice",
            label="Serious because of",
            choices=words.SERIOUSNESS,
            required=False,
        ),
        Field(
            name="relatedness",
            kind="choice",
            label="Related to the treatment",
            choices=words.RELATEDNESS,
        ),
        Field(name="expected", kind="boolean", label="Expected after this treatment"),
        Field(
            name="outcome",
            kind="choice",
            label="Outcome",
            choices=words.ADVERSE_EVENT_OUTCOMES,
            default="ongoing",
        ),
        Field(name="description", kind="text", label="Description", required=False),
    ),
)

RESPOND = ActSchema(
    act="respond",
    label="Answers at a follow-up",
    version="2",
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
)
