"""Guards of a processing."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import (
    consent,
    incident,
    times_run_forward,
    too_late,
)
from procedures.products import volumes

Answers = Mapping[str, Any]
# Loading, spinning, drawing off and labelling; 25 minutes are usual.
LONGEST_PROCESSING = timedelta(minutes=120)
BEFORE_PROCESSING = ("H1", "H2")


def process(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from incident(facts)
    yield from consent(facts)
    for kind in BEFORE_PROCESSING:
        if kind not in facts.day.hand_offs:
            yield GuardReason(
                "hand-off-missing",
                f"Hand-off {kind} has not been scanned.",
                f"{kind}: wristband and container are scanned",
            )
    if data:
        yield from bench_answers(facts, data)


def bench_answers(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """Times and volumes of a processing."""
    yield from _processing_times(facts, data)
    yield from _bench_volumes(facts, data)


def _processing_times(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    yield from times_run_forward(facts, data["start_at"], data["end_at"])
    took = data["end_at"] - data["start_at"]
    if took > LONGEST_PROCESSING:
        yield GuardReason("processing-too-long", "A processing takes at most 2 hours.")
    elif timedelta() < took < timedelta(minutes=data["spin_minutes"]):
        text = f"{data['spin_minutes']} minutes of spin do not fit between the times."
        yield GuardReason("spin-too-long", text)
    harvest = facts.day.harvest
    if harvest and data["start_at"] < harvest.end_at:
        yield GuardReason("time-order", "Processing starts after the harvest's end.")


def _bench_volumes(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    harvest, went_in = facts.day.harvest, data["input_ml"]
    if harvest and not volumes.input_matches(
        went_in, harvest.aspirate_ml, harvest.anticoagulant_ml
    ):
        drawn = harvest.aspirate_ml + harvest.anticoagulant_ml
        yield GuardReason(
            "volume-input", f"Input is {went_in} mL, {drawn} mL were drawn (± 1 mL)."
        )
    outputs = (data["bmc_ml"], data["ppp_ml"], data["waste_ml"])
    if not volumes.output_fits(went_in, *outputs):
        came_out = volumes.total_ml(outputs)
        yield GuardReason(
            "volume-output", f"{came_out} mL came out of {went_in} mL (± 1 mL)."
        )
    if volumes.exceeds(data["qc_retained_ml"], data["bmc_ml"]):
        yield GuardReason("volume-exceeded", "The sample is more than the concentrate.")


def corrected(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    yield from bench_answers(facts, data)
    yield from _before_release(facts, data["end_at"])


def _before_release(facts: Facts, end_at: datetime) -> Iterator[GuardReason]:
    product = facts.day.product
    if product and product.released_at and end_at > product.released_at:
        yield too_late("The processing ends before its release.")
