"""Questions of opening an episode."""

from procedures import vocabulary
from procedures.fields.schema import ActSchema, Field

TARGET = (
    Field(name="joint", kind="choice", label="Joint", choices=vocabulary.JOINTS),
    Field(
        name="structure",
        kind="choice",
        label="Structure",
        choices=vocabulary.STRUCTURES,
        default="intra_articular",
    ),
    Field(
        name="laterality", kind="choice", label="Side", choices=vocabulary.LATERALITIES
    ),
)


OPEN = ActSchema(
    act="open",
    label="Open an episode",
    fields=(
        Field(name="targets", kind="group", label="Target", min_items=1, fields=TARGET),
    ),
)
