"""Questions of a target that is not treated."""

from procedures.day_vocabulary import NOT_DONE_REASONS
from procedures.fields.schema import ActSchema, Field

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
    versions=("1b1de5a6f2b3b68e",),
)
