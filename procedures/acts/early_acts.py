"""The acts before the day, and those that end a path."""

from core.refusal import Refused
from procedures import readiness
from procedures.acts import day_acts, endings
from procedures.acts.consent import handle as consents
from procedures.acts.decide import handle as decisions
from procedures.acts.enter_in_error import handle as errors_of_entry
from procedures.acts.evaluate import handle as evaluations
from procedures.context import Context, Corrector, Handler
from procedures.corrections import records, supersession
from procedures.fields.schema import FieldError, InvalidData

CORRECTIONS: dict[str, Corrector] = {
    "evaluation": supersession.evaluation,
    **day_acts.CORRECTIONS,
}


def correct(context: Context) -> Refused | None:
    """A whole new row in place of the one named."""
    kind = context.data["record"]
    if kind not in CORRECTIONS:
        known = ", ".join(sorted(CORRECTIONS))
        raise InvalidData([FieldError("/record", f"must be one of {known}")])
    if context.data["kit_unused"] and kind != "processing":
        raise InvalidData([FieldError("/kit_unused", "is for a processing only")])
    row = records.current(context.episode, kind, context.data["record_id"])
    context.payload.update(record=kind, corrects=context.data["record_id"])
    if refused := records.without_company(context, row):
        return refused
    return CORRECTIONS[kind](context, context.data["record_id"], context.data["values"])


HANDLERS: dict[str, Handler] = {
    "evaluate": evaluations.evaluate,
    "decide": decisions.decide,
    "override": decisions.override,
    "consent": consents.consent,
    "prepare": readiness.prepare,
    "withdraw": endings.withdraw,
    "abort": endings.abort,
    "correct": correct,
    "enter_in_error": errors_of_entry.enter_in_error,
    "complete": endings.complete,
}
