"""Correction of an injection: other figures at the same target."""

from core.refusal import Refused
from procedures.acts.inject import guards
from procedures.acts.inject import handle as injections
from procedures.acts.inject.schema import INJECT
from procedures.context import Context
from procedures.corrections.supersession import (
    Values,
    current,
    does_not_fit,
    parsed,
    refused_by,
    supersede,
)
from procedures.facts import day_selectors
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import (
    Injection,
)
from procedures.products import sums


def injection(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other figures of the same injection at the same target."""
    data = parsed(context, INJECT, values)
    old = current(context, Injection, record_id)
    if data["target"] != str(old.target_id):
        text = "is not the target of this injection"
        raise InvalidData([FieldError("/values/target", text)])
    made = day_selectors.current_processing(context.episode)
    used = day_selectors.used_ml(context.episode) - old.volume_ml + data["volume_ml"]
    refused = refused_by(context, guards.corrected, data, old.time_out, old.end_at) or (
        does_not_fit(context, used, made.bmc_ml) if made else None
    )
    if refused:
        return refused
    more = supersede(context, Injection, record_id)
    more |= {"product": old.product, "time_out_id": old.time_out_id}
    more |= {"proceduralist_id": old.proceduralist_id}
    injections.insert(context, data, **more)
    sums.settle()
    return None
