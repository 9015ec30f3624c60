"""Guards of a decision on candidacy."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import Answers, no_rules
from procedures.guards.stops import standing
from procedures.rules.candidacy import OVERRIDABLE, Fired, Level


def decide(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if facts.evaluation is None:
        yield GuardReason(
            "evaluation-missing",
            "There is no evaluation to decide on.",
            "An evaluation is signed",
        )
    elif data and data["outcome"].startswith("approved"):
        yield from against_approval(facts)


def against_approval(facts: Facts) -> Iterator[GuardReason]:
    """Yield the reasons against an approval now."""
    yield from no_rules(facts)
    hits = blocking(facts)
    yield from (_blocked(hit) for hit in hits)
    yield from standing(facts, "decide", said={hit.code for hit in hits})
    if facts.evaluation and not (
        facts.evaluation.has_nrs and facts.evaluation.has_prom
    ):
        yield GuardReason(
            "baseline-missing",
            "The baseline pain score and questionnaire are not complete.",
            "An evaluation with both is signed",
        )


def blocking(facts: Facts) -> list[Fired]:
    """The rules that stand against an approval: HARD, or not overridden."""
    return [
        hit
        for hit in facts.fired
        if hit.level is Level.HARD
        or (hit.level in OVERRIDABLE and hit.code not in facts.overridden)
    ]


def _blocked(hit: Fired) -> GuardReason:
    lifts = hit.lifts
    if not lifts:
        hard = hit.level is Level.HARD
        lifts = "A new evaluation without it" if hard else "An override with a reason"
    return GuardReason(hit.code, f"{hit.code}: {hit.text}", lifts)
