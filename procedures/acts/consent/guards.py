"""Guards of a consent."""

from collections.abc import Iterator

from procedures.facts.episode import Facts, TargetFact
from procedures.facts.reason import GuardReason
from procedures.guards.shared import Answers
from procedures.pathway import DAY_OF


def consent(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if not data:
        return
    if data["revoke"]:
        if facts.consent(data["consent_type"]) is None:
            yield GuardReason("consent-missing", "There is no such consent.")
        return
    if facts.stage in DAY_OF:
        yield GuardReason(
            "stage",
            "No consent is signed once the day has begun.",
            "It can only be taken back now",
        )
    for number, row in enumerate(data["targets"]):
        planned = _planned(facts, number, row["target"])
        if planned and planned.laterality != row["laterality"]:
            yield GuardReason(
                "laterality",
                f"The consent says {row['laterality']}, the plan says "
                f"{planned.laterality}.",
                "The consent names the planned side",
            )


def _planned(facts: Facts, number: int, named: str) -> TargetFact | None:
    if named:
        return next((t for t in facts.targets if t.id == named.lower()), None)
    return facts.targets[number] if number < len(facts.targets) else None
