"""Questions of lifting a stop."""

from procedures.fields.schema import ActSchema, Field

LIFT_STOP = ActSchema(
    act="lift_stop",
    label="Lift a stop",
    signature="The finding was mistaken, for the reason given; the stop may end.",
    second_person=True,
    fields=(
        Field(name="stop", kind="text", label="Stop", hard=(36, 36)),
        Field(
            name="mistaken",
            kind="boolean",
            label="The finding was mistaken, or is cleared by a physician",
            hint="What is still there is lifted by a new evaluation only",
        ),
        Field(name="reason", kind="text", label="Reason", hard=(20, 4000)),
        Field(
            name="contradiction",
            kind="text",
            label="What explains the other answer",
            required=False,
            needed_if="the same was answered differently since",
            hard=(0, 4000),
        ),
    ),
    versions=("8f01bbd1c5f11eef",),
)
