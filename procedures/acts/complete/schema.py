"""Questions of closing an episode."""

from procedures import vocabulary
from procedures.fields.schema import ActSchema, Field

COMPLETE = ActSchema(
    act="complete",
    label="Close the episode",
    fields=(
        Field(
            name="outcome",
            kind="choice",
            label="Outcome",
            choices=vocabulary.CLOSING_OUTCOMES,
            default="completed",
        ),
        Field(
            name="reason",
            kind="text",
            label="Reason",
            required=False,
            needed_if="not completed",
            hard=(0, 500),
        ),
    ),
    versions=("1f10fe8a1066a693",),
)
