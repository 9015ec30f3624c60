"""Questions of setting a rule aside."""

from procedures.fields.schema import ActSchema, Field

OVERRIDE = ActSchema(
    act="override",
    label="Override of a rule",
    signature="I set this rule aside for this patient for the reason given.",
    second_person=True,
    fields=(
        Field(name="rule", kind="text", label="Rule", hard=(1, 32)),
        Field(
            name="value",
            kind="text",
            label="What made it fire",
            required=False,
            hard=(0, 300),
        ),
        Field(name="reason", kind="text", label="Reason", hard=(20, 4000)),
        Field(
            name="valid_on",
            kind="date",
            label="For this day only",
            required=False,
            needed_if="a rule of the day",
            hint="For rules of the day; otherwise it serves the decision.",
        ),
        Field(
            name="last_dose_at",
            kind="datetime",
            label="Last dose (anticoagulant)",
            required=False,
            needed_if="an anticoagulant",
            hint="Unless the evaluation has it.",
        ),
        Field(
            name="hold_hours",
            kind="integer",
            label="Held by the prescriber's plan",
            unit="h",
            required=False,
            hard=(0, 720),
            hint="Left empty: as the rule says.",
        ),
    ),
    versions=(
        "unknown",
        "8cbf13c9eab0e690",
    ),
)
