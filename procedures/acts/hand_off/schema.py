"""Questions of a hand-off."""

from procedures import day_vocabulary as words
from procedures.fields.schema import ActSchema, Field

HAND_OFF = ActSchema(
    act="hand_off",
    label="Hand-off",
    fields=(
        Field(
            name="kind",
            kind="choice",
            label="Hand-off",
            choices=(*words.HAND_OFFS, ("resolve", "Resolve a mismatch")),
        ),
        Field(
            name="patient_scan",
            kind="text",
            is_scan=True,
            label="Wristband",
            required=False,
            needed_if="a container changes hands",
        ),
        Field(
            name="container_scan",
            kind="text",
            is_scan=True,
            label="Container",
            required=False,
            needed_if="a container changes hands",
        ),
        Field(
            name="method",
            kind="choice",
            label="How it was read",
            choices=words.SCAN_METHODS,
            default="scan",
        ),
        Field(name="device", kind="text", label="Scanner", required=False),
        Field(
            name="labelled_in_presence",
            kind="boolean",
            label="Labelled in the presence of the patient (H1)",
            required=False,
            needed_if="H1",
        ),
        Field(
            name="resolution",
            kind="text",
            label="What the mismatch was",
            required=False,
            needed_if="a mismatch is resolved",
            hint="Two people resolve it; at least 20 characters",
        ),
    ),
    sections=(
        ("Hand-off", ("kind", "method")),
        (
            "Scans",
            ("patient_scan", "container_scan", "device", "labelled_in_presence"),
        ),
        ("Resolving a mismatch", ("resolution",)),
    ),
    versions=("f6f34bfe40eb2ad1",),
)
