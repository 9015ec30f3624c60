"""Questions of lifting a stop and of not treating a target."""

from procedures.day_vocabulary import NOT_DONE_REASONS
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
)
NOT_DONE = ActSchema(
    act="not_done",
    label="Target not treated",
    signature="This target is not treated today, for the reason given.",
    fields=(
        Field(name="target", kind="text", label="Target id"),
        Field(name="reason", kind="choice", label="Reason", choices=NOT_DONE_REASONS),
        Field(
            name="note",
            kind="text",
            label="Note",
            required=False,
            needed_if="another reason",
            hard=(0, 400),
        ),
    ),
)
