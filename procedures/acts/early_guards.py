"""Guards of the acts before the day, and of those that end a path."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from procedures.facts.episode import Facts, TargetFact
from procedures.facts.reason import GuardReason
from procedures.guards.day_rules import ANTICOAGULANT, NSAID, THINNERS
from procedures.guards.shared import no_rules
from procedures.guards.stops import standing
from procedures.pathway import DAY_OF
from procedures.rules.candidacy import OVERRIDABLE, Fired, Level, Rule

Answers = Mapping[str, Any]
Guard = Callable[[Facts, Answers | None], Iterable[GuardReason]]

# Taken inside the window, they need an override of that very day.
OF_THE_DAY = frozenset({NSAID, ANTICOAGULANT})


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
    """Why the patient cannot be approved now."""
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
    elif rule.code in _set_aside(facts, data):
        yield GuardReason("override-exists", f"{rule.code} is set aside already.")
    elif rule.code == ANTICOAGULANT:
        yield from _without_last_dose(facts, data)


def _set_aside(facts: Facts, data: Answers) -> frozenset[str]:
    return facts.overridden_today if data["valid_on"] else facts.overridden


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


def prepare(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if not data:
        return
    if data["item"] == "consent" and data["state"] == "waived":
        yield GuardReason(
            "consent-not-waived", "Consent cannot be waived.", "Consent is signed"
        )
    if data["item"] == "consent" and data["state"] == "done":
        yield GuardReason(
            "consent-by-signature",
            "Consent is done when it is signed.",
            "Consent is signed",
        )
    if data["state"] == "waived" and not data["reason"]:
        yield GuardReason(
            "reason-missing", "Waiving an item needs a reason.", "A reason is given"
        )


def complete(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    waiting = facts.day.open_follow_ups
    if data and data["outcome"] != "completed":
        if not data["reason"]:
            yield GuardReason(
                "reason-missing", "Closing early needs a reason.", "A reason is given"
            )
    elif data and waiting:
        yield GuardReason(
            "follow-ups-open",
            f"Follow-ups are still open: {', '.join(waiting)}.",
            "Each is answered, or its window has closed",
        )


GUARDS: dict[str, Guard] = {
    "decide": decide,
    "override": override,
    "consent": consent,
    "prepare": prepare,
    "complete": complete,
}
