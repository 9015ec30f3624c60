"""Guards of a release."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import (
    LEAST_EXPLANATION,
    Answers,
    consent,
    expired,
    hold,
    incident,
)
from procedures.guards.stops import standing


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
