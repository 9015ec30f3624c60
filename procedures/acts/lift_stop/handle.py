"""Lifting a stop by people."""

from core.refusal import Refused
from procedures import presence, stop_records
from procedures.context import Context
from procedures.rules.stop_selectors import concerning
from procedures.signatures import sign


def lift_stop(context: Context) -> Refused | None:
    """A physician and a second person say that the finding was mistaken."""
    if refused := presence.not_caring(context):
        return refused
    row = concerning(context.episode).get(pk=context.data["stop"])
    signature = sign(context, f"stop:{row.pk}")
    stop_records.lift_by_people(
        context,
        row,
        signature,
        reason=context.data["reason"],
        contradiction=context.data["contradiction"],
    )
    context.payload |= {"stop": row.pk, "rule": row.rule}
    return None
