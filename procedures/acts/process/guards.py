"""Guards of hand-off, processing, release and injection."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from procedures import day_vocabulary as words
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import (
    consent,
    expired,
    hard_rules,
    incident,
    numbed,
    times_run_forward,
    valid_time_out,
)
from procedures.guards.stops import standing
from procedures.guards.vital_signs import vital_signs
from procedures.products import volumes
from procedures.rules.stops import Finding

Answers = Mapping[str, Any]
LEAST_EXPLANATION = 20
# Loading, spinning, drawing off and labelling; 25 minutes are usual.
LONGEST_PROCESSING = timedelta(minutes=120)
BEFORE_PROCESSING = ("H1", "H2")
# In which stage each hand-off can happen.
POSSIBLE = {
    "harvested": ("H1", "H2", "H3"),
    "processed": ("H4", "H5"),
    "released": ("H6", "H7"),
}


def hand_off(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if not data:
        return
    if data["kind"] == "resolve":
        yield from _resolution(facts, data)
        return
    yield from incident(facts)
    if data["kind"] not in POSSIBLE.get(facts.stage, ()):
        yield GuardReason(
            "hand-off-order",
            f"{data['kind']} does not belong here.",
            f"Now possible: {', '.join(POSSIBLE.get(facts.stage, ())) or 'none'}",
        )
    if data["kind"] == "H2" and "H1" not in facts.day.hand_offs:
        yield GuardReason(
            "hand-off-missing",
            "Hand-off H1 has not been scanned.",
            "H1: wristband and container are scanned",
        )
    if not data["patient_scan"] or not data["container_scan"]:
        yield GuardReason(
            "scan-missing",
            "A hand-off needs the wristband and the container.",
            "Both are scanned",
        )
    if data["kind"] == "H1" and not data["labelled_in_presence"]:
        yield GuardReason(
            "label-missing",
            "The container is labelled in the presence of the patient.",
            "The label is on before anybody leaves the room",
        )


def _resolution(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    if not facts.day.open_incidents:
        yield GuardReason("no-incident", "There is no mismatch to resolve.")
    if len(data["resolution"]) < LEAST_EXPLANATION:
        yield GuardReason(
            "resolution-missing",
            "What the mismatch was has to be written down.",
            f"At least {LEAST_EXPLANATION} characters",
        )


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


def release(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from incident(facts)
    yield from consent(facts)
    product, harvest = facts.day.product, facts.day.harvest
    if product is None or harvest is None:
        return
    yield from hold(facts)
    yield from standing(facts, "release", data, of_product=True)
    if facts.now < product.end_at:
        yield GuardReason("time-order", "A release follows the end of processing.")
    ends = harvest.first_aliquot_at + facts.day.product_limit
    if facts.now >= ends or (product.entered_at < ends <= facts.entry):
        yield expired()
    if data:
        yield from _looked_at(facts, data)


def _looked_at(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    product = facts.day.product
    if not data["label_checked"]:
        yield GuardReason("label-unchecked", "The label has not been checked.")
    note = len(data["physician_note"])
    if product and product.needs_physician and note < LEAST_EXPLANATION:
        yield GuardReason(
            "physician-note-missing",
            "A clot, a leak or low viability needs a physician's note.",
            "A physician explains why it may be given",
        )


def hold(facts: Facts) -> Iterator[GuardReason]:
    """More than minimal manipulation, or an additive that is not allowed."""
    if facts.day.product and facts.day.product.regulatory_hold:
        yield GuardReason(
            "regulatory-hold",
            "The product is on regulatory hold and is never injected.",
        )


def inject(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from incident(facts)
    yield from consent(facts)
    yield from hard_rules(facts, "inject", data, of_product=True)
    yield from vital_signs(facts)
    yield from valid_time_out(facts, 2, data["start_at"] if data else None)
    yield from hold(facts)
    if data is None:
        yield from released(facts, facts.now)
    else:
        yield from usable(facts, data["start_at"], data["end_at"])
        yield from times_run_forward(facts, data["start_at"], data["end_at"])
        yield from _target(facts, data)
        yield from joint(facts, data)
        yield from _volume(facts, data)


def released(facts: Facts, start_at: datetime) -> Iterator[GuardReason]:
    """The product was released by then, and is of today."""
    product = facts.day.product
    if product is None or product.released_at is None or start_at < product.released_at:
        yield GuardReason(
            "not-released", "The product is not released.", "It is released"
        )
    if product and product.collected_on != facts.today:
        yield GuardReason("product-other-day", "The product is not of today.")


def usable(facts: Facts, start_at: datetime, end_at: datetime) -> Iterator[GuardReason]:
    """The product is released, of today, and not expired."""
    yield from released(facts, start_at)
    product = facts.day.product
    if product and product.expires_at is not None and end_at > product.expires_at:
        yield expired()


def _target(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    yield from planned_target(facts, data)
    if data["target"] in facts.day.injected:
        yield GuardReason("target-injected", "This target has been injected.")
    if data["target"] in facts.day.not_done:
        yield GuardReason(
            "target-not-done", "This target is recorded as not to be treated."
        )


def planned_target(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """A target of the plan, on its side."""
    target = next((t for t in facts.targets if t.id == data["target"]), None)
    if target is None:
        yield GuardReason("target-unknown", "The target is not in the plan.")
    elif target.laterality != data["laterality"]:
        yield GuardReason(
            "laterality",
            f"The plan says {target.laterality}, this says {data['laterality']}.",
        )


def joint(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """What was found in the joint and put into it."""
    if data["effusion_appearance"] in words.SEPTIC_APPEARANCES:
        yield GuardReason(
            "INF-01",
            "INF-01: the effusion is cloudy or purulent; nothing is injected.",
            "A new evaluation once an infection is excluded",
            Finding(
                rule="INF-01",
                question="infection",
                details={"effusion": data["effusion_appearance"]},
            ),
        )
    if data["anaesthetic_agent"] or data["anaesthetic_ml"]:
        yield from numbed(facts.day.allergies)
    contrast = data["contrast_ml"] or data["contrast_agent"]
    if contrast and "iodinated_contrast" in facts.day.allergies:
        yield GuardReason("ALL-01", "ALL-01: allergy to iodinated contrast.")


def _volume(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    product = facts.day.product
    if product is None:
        return
    parts = facts.day.used_ml + data["volume_ml"]
    if volumes.exceeds(parts, product.bmc_ml):
        yield GuardReason(
            "volume-exceeded",
            f"{parts} mL of {product.bmc_ml} mL would be used.",
            "What is given, kept and discarded fits the concentrate",
        )
