"""Correction of a harvest: other draws or drugs of the same one."""

from decimal import Decimal

from core.refusal import Refused
from procedures.acts.harvest import guards
from procedures.acts.harvest import handle as harvests
from procedures.acts.harvest.schema import HARVEST
from procedures.context import Context
from procedures.corrections import second_looks
from procedures.corrections.supersession import (
    Values,
    current,
    parsed,
    refused_by,
    supersede,
)
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.models import (
    Harvest,
    Processing,
)
from procedures.products import sums, volumes


def harvest(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other draws or drugs of the same harvest; its input must still match."""
    data = parsed(context, HARVEST, values)
    old, made = (
        current(context, Harvest, record_id),
        day_selectors.current_processing(context.episode),
    )
    refused = refused_by(context, guards.corrected, data, old.time_out)
    drawn = volumes.total_ml(data["aliquots_ml"])
    if refused is None and made:
        refused = _does_not_match(context, made, drawn + data["anticoagulant_ml"])
    if refused:
        return refused
    more = supersede(context, Harvest, record_id)
    more |= {"time_out_id": old.time_out_id}
    more |= {"proceduralist_id": old.proceduralist_id}
    made_anew = harvests.insert(context, data, **more)
    sums.settle()
    second_looks.after_harvest(context, made_anew)
    return None


def _does_not_match(
    context: Context, made: Processing, drawn_ml: Decimal
) -> Refused | None:
    if volumes.input_matches(made.input_ml, drawn_ml, Decimal(0)):
        return None
    text = f"The input was {made.input_ml} mL (± 1 mL)."
    return context.refuse(GuardReason("volume-input", text))
