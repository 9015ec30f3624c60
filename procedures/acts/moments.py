"""Moments before which an act cannot have happened: a path runs forward."""

from collections.abc import Iterator
from datetime import datetime

from procedures.facts.episode import Facts


def of_the_evaluation(facts: Facts) -> Iterator[datetime | None]:
    """The evaluation that is decided on."""
    if facts.evaluation:
        yield facts.evaluation.occurred_at


def of_the_decision(facts: Facts) -> Iterator[datetime | None]:
    """The decision that let the patient come."""
    if facts.decision:
        yield facts.decision.occurred_at


def of_the_day(facts: Facts) -> Iterator[datetime | None]:
    """The records of the day so far."""
    day = facts.day
    yield day.checked_in_at
    yield day.injected_until
    if day.harvest:
        yield day.harvest.end_at
    if day.product:
        yield day.product.end_at
        yield day.product.released_at
