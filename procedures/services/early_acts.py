"""The acts before the day, and those that end a path."""

from core.refusal import Refused
from procedures.domain.schema import FieldError, InvalidData
from procedures.services import (
    consents,
    corrections,
    day_acts,
    decisions,
    endings,
    evaluations,
    readiness,
)
from procedures.services.context import Context, Corrector, Handler

CORRECTIONS: dict[str, Corrector] = {
    "evaluation": corrections.evaluation,
    **day_acts.CORRECTIONS,
}


def correct(context: Context) -> Refused | None:
    """A whole new row in place of the one named."""
    kind = context.data["record"]
    if kind not in CORRECTIONS:
        known = ", ".join(sorted(CORRECTIONS))
        raise InvalidData([FieldError("/record", f"must be one of {known}")])
    context.payload.update(record=kind, corrects=context.data["record_id"])
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
    "complete": endings.complete,
}
