"""A correction: a whole new row in place of the one named."""

from core.refusal import Refused
from procedures.context import Context
from procedures.corrections import records
from procedures.fields.schema import FieldError, InvalidData


def correct(context: Context) -> Refused | None:
    """A whole new row in place of the one named."""
    kind = context.data["record"]
    if kind not in context.correctors:
        known = ", ".join(sorted(context.correctors))
        raise InvalidData([FieldError("/record", f"must be one of {known}")])
    if context.data["kit_unused"] and kind != "processing":
        raise InvalidData([FieldError("/kit_unused", "is for a processing only")])
    row = records.current(context.episode, kind, context.data["record_id"])
    context.payload.update(record=kind, corrects=context.data["record_id"])
    if refused := records.without_company(context, row):
        return refused
    return context.correctors[kind](
        context, context.data["record_id"], context.data["values"]
    )
