"""Questions of striking a record."""

from procedures.acts.correct.schema import NAMED, UNOPENED
from procedures.fields.schema import ActSchema

ENTER_IN_ERROR = ActSchema(
    act="enter_in_error",
    label="Entered in error",
    signature="This record should not have been made; it stays, struck through.",
    second_person=True,
    fields=(*NAMED, UNOPENED),
    versions=("2ee53ad665b437af",),
)
