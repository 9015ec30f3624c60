"""Guards of lifting a stop."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import Answers
from procedures.rules.stops import StopFact

# Characters of an answer below which it says nothing.
LEAST_ANSWER = 10


def lift_stop(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    """A physician says that the finding was mistaken, and what of the contradiction."""
    waiting = {stop.id: stop for stop in facts.stops if stop.is_open}
    if not waiting:
        yield GuardReason("no-stop", "There is no stop to lift.")
        return
    if not data:
        return
    stop = waiting.get(data["stop"].lower())
    if stop is None:
        yield GuardReason("stop-unknown", "This is no open stop of the episode.")
    else:
        yield from _against_lifting(stop, data)


def _against_lifting(stop: StopFact, data: Answers) -> Iterator[GuardReason]:
    if not data["mistaken"]:
        yield GuardReason(
            "finding-stands",
            "The finding stands.",
            "A new evaluation once its cause is gone",
        )
    if stop.is_contradicted and len(data["contradiction"]) < LEAST_ANSWER:
        yield GuardReason(
            "contradiction-unanswered",
            "The same question was answered differently, and nobody says why.",
            f"An answer of at least {LEAST_ANSWER} characters",
        )
