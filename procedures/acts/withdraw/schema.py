"""Questions of a withdrawal."""

from procedures.fields.schema import ActSchema, Field

WITHDRAW = ActSchema(
    act="withdraw",
    label="Withdrawal",
    fields=(Field(name="reason", kind="text", label="Reason", hard=(3, 500)),),
    versions=("ed40cba0e6180ad3",),
)
