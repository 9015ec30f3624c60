"""Stops in an act's way, whatever is answered now."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.rules.stops import PRODUCT, VITALS, StopFact

Answers = Mapping[str, Any]

LIFTS = "A new evaluation on a later day without it, or a physician and a second person"


def standing(
    facts: Facts,
    act: str,
    data: Answers | None = None,
    *,
    said: Iterable[str] = (),
    of_product: bool = False,
) -> Iterator[GuardReason]:
    """The stops that block `act` now, or stood when it happened.

    What happened while a stop stood is not entered later as if it had not. `said` are
    codes of rules that are told already. A harvest counts by its start: what had
    begun before the finding is told, or nobody would know what was drawn.
    """
    began = _harvest_began(facts, data) if act == "harvest" else None
    moments = [began or facts.now]
    if data and data.get("start_at"):
        moments.append(data["start_at"])
    for stop in facts.stops:
        if began and began < stop.found_at:
            continue
        if _concerns(stop, act, of_product=of_product) and stop.rule not in said:
            yield from _against(stop, moments)
    yield from evaluated_since(facts, began)


def _harvest_began(facts: Facts, data: Answers | None) -> datetime | None:
    """As told; before anything is told, the earliest it may be."""
    if data:
        start: datetime = data["start_at"]
        return start
    held = facts.day.time_outs.get(1)
    return held.held_at if held else None


def _concerns(stop: StopFact, act: str, *, of_product: bool) -> bool:
    # At check-in a physician clears vital signs as part of the act itself.
    if stop.question == VITALS and act == "check_in":
        return False
    return of_product or stop.scope != PRODUCT


def _against(stop: StopFact, moments: Iterable[datetime]) -> Iterator[GuardReason]:
    if stop.is_open:
        yield GuardReason("stop-open", f"A stop stands: {stop.text}", LIFTS)
    elif any(stop.stood_at(moment) for moment in moments):
        yield GuardReason("stop-open", f"A stop stood at that time: {stop.text}")


def evaluated_since(
    facts: Facts, began: datetime | None = None
) -> Iterator[GuardReason]:
    """An evaluation older than a stop cannot carry anything, even when a newer one of
    another episode lifted it. What `began` before the stop was found is no matter."""
    if facts.evaluation is None or facts.evaluation.occurred_at is None:
        return
    for stop in facts.stops:
        older = facts.evaluation.occurred_at <= stop.found_at
        if began and began < stop.found_at:
            continue
        if stop.is_hard and stop.how == "evaluation" and older:
            yield GuardReason(
                "evaluation-older",
                f"The evaluation is older than a stop: {stop.text}",
                "A new evaluation is signed",
            )
            return
