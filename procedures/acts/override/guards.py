"""Guards of setting a rule aside."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.day_rules import ANTICOAGULANT, NSAID, THINNERS
from procedures.guards.shared import Answers
from procedures.rules.candidacy import OVERRIDABLE, Level, Rule

# Taken inside the window, they need an override of that very day.
OF_THE_DAY = frozenset({NSAID, ANTICOAGULANT})


def override(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if facts.evaluation is None:
        yield GuardReason(
            "evaluation-missing",
            "There is no evaluation yet.",
            "An evaluation is signed",
        )
    elif data:
        yield from _against_override(facts, data)


def _against_override(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    rule = next((r for r in facts.rules if r.code == data["rule"]), None)
    if rule is None:
        yield GuardReason("rule-unknown", f"There is no rule {data['rule']}.")
    elif rule.level is Level.HARD:
        yield GuardReason(
            "hard-rule",
            f"{rule.code} is a hard rule: nobody can set it aside.",
            "A new evaluation once its cause is gone",
        )
    elif not _can_be_overridden(facts, rule, data):
        yield GuardReason(
            "rule-not-fired", f"{rule.code} does not stand in the way.", ""
        )
    elif rule.code in (
        facts.overridden_today if data["valid_on"] else facts.overridden
    ):
        yield GuardReason("override-exists", f"{rule.code} is set aside already.")
    elif rule.code == ANTICOAGULANT:
        yield from _without_last_dose(facts, data)


def _can_be_overridden(facts: Facts, rule: Rule, data: Answers) -> bool:
    if rule.code in OF_THE_DAY and data["valid_on"]:
        return True
    named = {hit.code for hit in facts.fired}
    named |= {stop.rule for stop in facts.stops if stop.is_open and stop.is_overridable}
    return rule.level in OVERRIDABLE and rule.code in named


def _without_last_dose(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """An override of an anticoagulant cites its last dose: by it the day is judged."""
    if data["last_dose_at"] is not None:
        if data["last_dose_at"] > facts.now:
            yield GuardReason("in-the-future", "The last dose lies in the future.")
        return
    drugs = facts.findings.medications if facts.findings else ()
    known = [drug for drug in drugs if drug.classes & THINNERS]
    told = any("last_dose_at" in stop.details for stop in facts.stops if stop.is_open)
    if not told and (not known or any(drug.last_dose_on is None for drug in known)):
        yield GuardReason(
            "last-dose-missing",
            "The last dose of the anticoagulant is not recorded.",
            "The override cites the prescriber's plan and the last dose",
        )
