"""Questions of arranging one readiness item."""

from procedures import vocabulary
from procedures.fields.schema import ActSchema, Field

PREPARE = ActSchema(
    act="prepare",
    label="Readiness",
    fields=(
        Field(
            name="item",
            kind="choice",
            label="Item",
            choices=vocabulary.READINESS_ITEMS,
        ),
        Field(
            name="state",
            kind="choice",
            label="State",
            choices=vocabulary.ITEM_STATES,
        ),
        Field(
            name="reason",
            kind="text",
            label="Reason",
            required=False,
            needed_if="waived",
            hard=(0, 500),
        ),
    ),
    versions=("f03b1ec7b41cdc50",),
)
