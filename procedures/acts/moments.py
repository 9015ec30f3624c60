"""The earliest moment at which an act can have happened: a path runs forward."""

from collections.abc import Iterator
from datetime import datetime

from procedures.facts.episode import Facts

ON_AN_EVALUATION = frozenset({"decide", "override"})
ON_THE_DAY = frozenset(
    {"time_out", "harvest", "hand_off", "process", "release", "inject", "discharge"}
)


def earliest(facts: Facts, act: str) -> datetime | None:
    """Not before the episode was opened, nor before what the act builds on."""
    return max(_before(facts, act), default=None)


def _before(facts: Facts, act: str) -> Iterator[datetime]:
    known = [facts.opened_at]
    if act in ON_AN_EVALUATION and facts.evaluation:
        known.append(facts.evaluation.occurred_at)
    if act == "check_in" and facts.decision:
        known.append(facts.decision.occurred_at)
    if act in ON_THE_DAY:
        known += _of_the_day(facts)
    yield from (moment for moment in known if moment is not None)


def _of_the_day(facts: Facts) -> Iterator[datetime | None]:
    day = facts.day
    yield day.checked_in_at
    yield day.injected_until
    if day.harvest:
        yield day.harvest.end_at
    if day.product:
        yield day.product.end_at
        yield day.product.released_at
