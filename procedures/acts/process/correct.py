"""Correction of a processing: other figures of the same product."""

from core.refusal import Refused
from procedures.acts.process import guards
from procedures.acts.process import handle as bench
from procedures.acts.process.schema import PROCESS
from procedures.context import Context
from procedures.corrections import kit_changes, second_looks
from procedures.corrections.supersession import (
    Values,
    current,
    does_not_fit,
    parsed,
    refused_by,
    supersede,
)
from procedures.facts import day_selectors
from procedures.models import (
    Processing,
)
from procedures.products import quality_samples, sums


def processing(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other figures of the same product; what was given must still fit."""
    data = parsed(context, PROCESS, values)
    old, episode = current(context, Processing, record_id), context.episode
    sample = quality_samples.wanted_ml(old, data, values)
    used = day_selectors.used_ml(episode) - quality_samples.kept_ml(old) + sample
    refused = (
        refused_by(context, guards.corrected, data)
        or does_not_fit(context, used, data["bmc_ml"])
        or _other_centrifuge(context, old, data)
    )
    if refused:
        return refused
    other_kit = kit_changes.named(context, old, data)
    if isinstance(other_kit, Refused):
        return other_kit
    before = {
        "was_held": day_selectors.was_held(episode),
        "was_doubtful": day_selectors.was_doubtful(episode),
    }
    more = supersede(context, Processing, record_id)
    kit = kit_changes.use_instead(context, old, other_kit) if other_kit else old.kit
    more |= {"concentrate": old.concentrate, "kit": kit}
    more |= {"operator_id": old.operator_id}
    made = bench.insert(context, data, **more)
    quality_samples.move(context, old, sample)
    sums.settle()
    second_looks.after_processing(context, made, **before)
    return None


def _other_centrifuge(
    context: Context, old: Processing, data: Values
) -> Refused | None:
    # The machine of the record may have been retired since.
    name = data["centrifuge"]
    unknown = (
        bench.unknown_centrifuge(context, name) if name != old.centrifuge else None
    )
    return unknown or bench.busy(context, data)
