"""Questions of ending the day without an injection."""

from procedures import vocabulary
from procedures.fields.schema import ActSchema, Field

ABORT = ActSchema(
    act="abort",
    label="Abort the procedure",
    fields=(
        Field(
            name="reason",
            kind="choice",
            label="Reason",
            choices=vocabulary.ABORT_REASONS,
        ),
        Field(name="note", kind="text", label="Note", required=False, hard=(0, 400)),
    ),
    versions=("5414f73c840b61c9",),
)
