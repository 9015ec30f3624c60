"""Questions of a decision on candidacy."""

from procedures import vocabulary
from procedures.fields.schema import ActSchema, Field

DECIDE = ActSchema(
    act="decide",
    label="Decision",
    signature="I have weighed the findings and decide so.",
    fields=(
        Field(
            name="outcome", kind="choice", label="Decision", choices=vocabulary.OUTCOMES
        ),
        Field(name="rationale", kind="text", label="Rationale", hard=(10, 4000)),
        Field(
            name="conditions",
            kind="text",
            label="Conditions",
            required=False,
            needed_if="approved with conditions",
        ),
        Field(
            name="reevaluate_on",
            kind="date",
            label="Evaluate again from",
            required=False,
            hint="When deferred; by default the first day the rules allow.",
        ),
    ),
    sections=(
        ("What is decided, and why", ("outcome", "rationale")),
        ("Only if it applies", ("conditions", "reevaluate_on")),
    ),
    versions=("386785f4740694e8",),
)
