"""Questions of a correction."""

from procedures.fields.schema import ActSchema, Field

NAMED = (
    Field(name="record", kind="text", label="Kind of record", hard=(1, 32)),
    Field(name="record_id", kind="text", label="Record", hard=(36, 36)),
    Field(name="reason", kind="text", label="Reason", hard=(10, 500)),
)


UNOPENED = Field(
    name="kit_unused",
    kind="boolean",
    label="The kit named before was not opened",
    required=False,
    hint="Then it may be used for somebody else. Only where another kit is named, and "
    "with a second person.",
)


CORRECT = ActSchema(
    act="correct",
    label="Correction",
    signature="This row replaces the one it names.",
    fields=(
        *NAMED,
        Field(name="values", kind="object", label="The whole record, corrected"),
        UNOPENED,
    ),
    versions=(
        "unknown",
        "d7663e911e8abb99",
    ),
)
