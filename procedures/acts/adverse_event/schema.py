"""Questions of an adverse event."""

from procedures import day_vocabulary as words
from procedures.fields.schema import ActSchema, Field

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
    sections=(
        ("What happened", ("term", "grade", "onset_at", "place", "description")),
        (
            "Judgement",
            ("serious_because", "relatedness", "expected", "outcome"),
        ),
    ),
    versions=("18117112bb6c3428",),
)
