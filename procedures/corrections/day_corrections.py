"""Corrections of the day's records: the same act, the same people, other values.

What a correction may not change: patient, product, target, time-out and who did it.
Volumes still have to add up; a correction that breaks them is refused. None lifts a
hold, and one that bears on what followed asks somebody to look.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from core.refusal import Refused
from procedures.acts.adverse_event import handle as adverse_events
from procedures.acts.check_in import handle as check_in
from procedures.acts.harvest import handle as harvests
from procedures.acts.inject import handle as injections
from procedures.acts.process import handle as bench
from procedures.context import Context
from procedures.corrections import kit_changes, second_looks
from procedures.corrections.guards import reasons_against
from procedures.corrections.supersession import parsed, supersede
from procedures.facts import day_selectors
from procedures.facts.reason import GuardReason
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import (
    AdverseEvent,
    Harvest,
    Injection,
    Processing,
    Record,
    TimeOut,
    VitalsSet,
)
from procedures.products import quality_samples, sums, volumes

Values = Mapping[str, Any]
R = TypeVar("R", bound=Record)


def harvest(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other draws or drugs of the same harvest; its input must still match."""
    data = parsed(context, "harvest", values)
    old, made = _current(context, Harvest, record_id), _processing(context)
    refused = _refused(context, "harvest", data, old.time_out)
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


def processing(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other figures of the same product; what was given must still fit."""
    data = parsed(context, "processing", values)
    old, episode = _current(context, Processing, record_id), context.episode
    sample = quality_samples.wanted_ml(old, data, values)
    used = day_selectors.used_ml(episode) - quality_samples.kept_ml(old) + sample
    refused = (
        _refused(context, "processing", data)
        or _does_not_fit(context, used, data["bmc_ml"])
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


def injection(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other figures of the same injection at the same target."""
    data = parsed(context, "injection", values)
    old = _current(context, Injection, record_id)
    if data["target"] != str(old.target_id):
        text = "is not the target of this injection"
        raise InvalidData([FieldError("/values/target", text)])
    made = _processing(context)
    used = day_selectors.used_ml(context.episode) - old.volume_ml + data["volume_ml"]
    refused = _refused(context, "injection", data, old.time_out, old.end_at) or (
        _does_not_fit(context, used, made.bmc_ml) if made else None
    )
    if refused:
        return refused
    more = supersede(context, Injection, record_id)
    more |= {"product": old.product, "time_out_id": old.time_out_id}
    more |= {"proceduralist_id": old.proceduralist_id}
    injections.insert(context, data, **more)
    sums.settle()
    return None


def _refused(
    context: Context,
    kind: str,
    data: Values,
    pause: TimeOut | None = None,
    given_until: datetime | None = None,
) -> Refused | None:
    """The act's own guards, on the day and under the time-out of the record.

    What was given already, until then, may be put right even if the product turned
    out to have expired before: the alarm about that is another record's.
    """
    zone = context.facts.day.zone
    known = replace(context.facts, today=_start(data).astimezone(zone).date())
    if pause is not None:
        held = day_selectors.time_out_fact(pause)
        known = replace(known, day=replace(known.day, time_outs={pause.number: held}))
    product = known.day.product
    if given_until and product and product.expires_at:
        ends = max(product.expires_at, given_until)
        product = replace(product, expires_at=ends)
        known = replace(known, day=replace(known.day, product=product))
    reasons = reasons_against(known, kind, data)
    return context.refuse(*reasons) if reasons else None


def _start(data: Values) -> datetime:
    start: datetime = data["onset_at"] if "onset_at" in data else data["start_at"]
    return start


def _does_not_fit(context: Context, used: Decimal, whole: Decimal) -> Refused | None:
    """The volumes of the day, open or closed, as they would be."""
    closed = context.episode.discharges.filter(superseded_at=None).exists()
    if not volumes.exceeds(used, whole) and (
        not closed or volumes.accounts_for(used, whole)
    ):
        return None
    text = f"{used} mL of {whole} mL would be accounted for."
    return context.refuse(GuardReason("volume-exceeded", text))


def adverse_event(context: Context, record_id: str, values: Values) -> Refused | None:
    """What is known now about the same event."""
    data = parsed(context, "adverse_event", values)
    if refused := _refused(context, "adverse_event", data):
        return refused
    links = supersede(context, AdverseEvent, record_id)
    adverse_events.insert(context, data, **links)
    return None


def vitals(context: Context, record_id: str, values: Values) -> Refused | None:
    """Other values of the same set; those that stop the day are looked at."""
    data = parsed(context, "vitals", values)
    old = _current(context, VitalsSet, record_id)
    if data["diastolic_mmhg"] >= data["systolic_mmhg"]:
        text = "The diastolic pressure must be below the systolic."
        return context.refuse(GuardReason("vitals-implausible", text))
    more = supersede(context, VitalsSet, record_id)
    made = check_in.keep_vitals(context, old.purpose, data, old.occurred_at, **more)
    second_looks.after_vitals(context, made, data)
    return None


def _processing(context: Context) -> Processing | None:
    return day_selectors.current_processing(context.episode)


def _current(context: Context, model: type[R], record_id: str) -> R:
    rows = model._default_manager.filter(episode=context.episode, superseded_at=None)
    for row in rows:
        if str(row.pk) == record_id:
            return row
    text = "is not a current record of this episode"
    raise InvalidData([FieldError("/record_id", text)])
