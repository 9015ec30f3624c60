"""Guards of an injection."""

from collections.abc import Iterator
from datetime import datetime

from procedures import day_vocabulary as words
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import (
    Answers,
    consent,
    expired,
    hard_rules,
    hold,
    incident,
    numbed,
    times_run_forward,
    valid_time_out,
)
from procedures.guards.vital_signs import vital_signs
from procedures.products import volumes
from procedures.rules.stops import Finding


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
    """Judge what was found in the joint and put into it."""
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


def corrected(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    yield from valid_time_out(facts, 2, data["start_at"])
    yield from usable(facts, data["start_at"], data["end_at"])
    yield from times_run_forward(facts, data["start_at"], data["end_at"])
    yield from planned_target(facts, data)
    yield from joint(facts, data)
