"""Questions of a release."""

from procedures.fields.schema import ActSchema, Field

RELEASE = ActSchema(
    act="release",
    label="Release",
    signature="I release this product for this patient",
    second_person=True,
    fields=(
        Field(
            name="product_scan",
            kind="text",
            is_scan=True,
            label="Product label",
            hint="The concentrate's container",
        ),
        Field(
            name="label_checked",
            kind="boolean",
            label="Label, volume and times checked by the second person",
        ),
        Field(name="device", kind="text", label="Scanner", required=False),
        Field(
            name="physician_note",
            kind="text",
            label="Physician's note (clot, leak or viability under 70 %)",
            required=False,
            needed_if="a clot, a leak or low viability",
        ),
    ),
    versions=("2cf6668cdacdc1ca",),
)
