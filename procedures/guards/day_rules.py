"""The rules of the day: what is told at check-in, judged as an evaluation is.

The drugs told replace what the evaluation knew of them, the rest of its findings stay;
the same versions of the same rules look at the whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.rules.candidacy import fired, named
from procedures.rules.drug_names import drug_key
from procedures.rules.findings import OVERRIDABLE, Findings, Fired, Level, Medication
from procedures.rules.stops import Finding, merged

Answers = Mapping[str, Any]
NSAID, ANTICOAGULANT = "MED-NSAID-01", "MED-AC-01"
# Rules of drugs: those an approval may have been given before they were known.
OF_DRUGS = "MED-"
THINNERS = frozenset({"anticoagulant", "antiplatelet"})
DEFAULT_HOLD_HOURS = 48
BY_OVERRIDE = "An override for today with a clinician's reason"


def drugs_told(facts: Facts, data: Answers) -> list[Medication]:
    """The last doses of the act; a drug is of the class the evaluation knew, too."""
    return [_told(facts, dose) for dose in data["last_doses"] or ()]


def _told(facts: Facts, dose: Answers) -> Medication:
    last_on = dose["last_dose_at"].astimezone(facts.day.zone).date()
    known = facts.day.drug_class(dose["drug"], dose["drug_class"])
    return Medication(dose["drug"], known, last_on)


def of_the_day(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """Reasons that the answers of a check-in bring up by the rules."""
    yield from _in_the_future(facts, data)
    if facts.findings is not None:
        yield from _by_rules(facts, facts.findings, data)
    for dose in data["last_doses"] or ():
        yield from _too_recent(facts, dose)


def _in_the_future(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    for dose in data["last_doses"] or ():
        if dose["last_dose_at"] > facts.now:
            text = f"The last dose of {dose['drug']} lies in the future."
            yield GuardReason("in-the-future", text)


def _by_rules(facts: Facts, known: Findings, data: Answers) -> Iterator[GuardReason]:
    seen = replace(
        known,
        temperature_c=data["temperature_c"],
        active_infection=known.active_infection or bool(data["infection_signs"]),
        pregnant=known.pregnant or data["pregnancy_test"] == "positive",
        infection_site=known.infection_site
        or ("a sign of infection today" if data["infection_signs"] else ""),
    )
    before = {(hit.code, hit.text) for hit in facts.fired}
    for hit in fired(facts.rules, seen, facts.today):
        if hit.level is Level.HARD and (hit.code, hit.text) not in before:
            yield _reason(hit, _question(hit.code), {})
    told = drugs_told(facts, data)
    for number, drug in enumerate(told):
        whole = merged(known, [drug])
        for hit in fired(facts.rules, whole, facts.today):
            if (hit.code, hit.text) not in before and _stands(facts, hit):
                details = _details(data["last_doses"][number], drug)
                yield _reason(hit, "medication", details)


def _question(code: str) -> str:
    return {"INF-01": "infection", "PREG-01": "pregnancy"}.get(code, "")


def _stands(facts: Facts, hit: Fired) -> bool:
    if hit.level is Level.HARD:
        return True
    return hit.level in OVERRIDABLE and hit.code not in facts.overridden


def _details(dose: Answers, drug: Medication) -> dict[str, Any]:
    at = dose["last_dose_at"].isoformat()
    return {"drug": drug.name, "drug_class": drug.drug_class, "last_dose_at": at}


def _reason(hit: Fired, question: str, details: Mapping[str, Any]) -> GuardReason:
    hard = hit.level is Level.HARD
    lifts = hit.lifts or ("A new evaluation without it" if hard else BY_OVERRIDE)
    finding = Finding(
        rule=hit.code,
        question=question,
        level=str(hit.level),
        version=hit.version,
        details=details,
    )
    return GuardReason(hit.code, f"{hit.code}: {hit.text}", lifts, finding)


def _too_recent(facts: Facts, dose: Answers) -> Iterator[GuardReason]:
    """Drugs that are held for a time: inside it, an override of that very day."""
    drug = _told(facts, dose)
    if "nsaid" in drug.classes and NSAID not in facts.overridden_today:
        yield from _within_days(facts, dose, drug)
    # Without an override the drug itself stands in the way, by the rule.
    planned = facts.overridden - facts.overridden_today
    if drug.classes & THINNERS and ANTICOAGULANT in planned:
        yield from _within_hours(facts, dose, drug)


def _within_days(
    facts: Facts, dose: Answers, drug: Medication
) -> Iterator[GuardReason]:
    days, last_on = facts.day.nsaid_hold_days, drug.last_dose_on
    assert last_on is not None
    if last_on > facts.today - timedelta(days):
        text = f"{drug.name} was taken on {last_on.isoformat()}, within {days} days."
        until: date = last_on + timedelta(days)
        yield _held(NSAID, text, _details(dose, drug) | {"until": until.isoformat()})


def _within_hours(
    facts: Facts, dose: Answers, drug: Medication
) -> Iterator[GuardReason]:
    hours, at = hold_hours(facts, drug.name), dose["last_dose_at"]
    until: datetime = at + timedelta(hours=hours)
    if facts.now < until:
        since = int((facts.now - at).total_seconds() // 3600)
        text = f"{drug.name} was taken {since} h ago; it is held for {hours} h."
        day = until.astimezone(facts.day.zone).date()
        yield _held(
            ANTICOAGULANT, text, _details(dose, drug) | {"until": day.isoformat()}
        )


def hold_hours(facts: Facts, name: str) -> int:
    """The hours of the prescriber's plan, as the override cites it; else the rule's."""
    if facts.hold_hours is not None:
        return facts.hold_hours
    try:
        rule = named(facts.rules, ANTICOAGULANT)
    except KeyError:
        return DEFAULT_HOLD_HOURS
    return int(rule.parameters.get("hold_hours", DEFAULT_HOLD_HOURS))


def _held(code: str, text: str, details: Mapping[str, Any]) -> GuardReason:
    finding = Finding(
        rule=code, question="medication", level=str(Level.OVERRIDE), details=details
    )
    return GuardReason(code, f"{code}: {text}", BY_OVERRIDE, finding)


def not_told(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """The last dose of every held drug is asked; a yes to “since” names the drug."""
    told = {drug_key(dose["drug"]) for dose in data["last_doses"] or ()}
    for drug in facts.day.held_drugs:
        if drug_key(drug) not in told:
            yield GuardReason(
                "last-dose-missing",
                f"The last dose of {drug} is not recorded.",
                "The last dose of every held drug is asked and recorded",
            )
    if data["medication_since"] and not told:
        yield GuardReason(
            "last-dose-missing",
            "Something was taken since, and no drug is named.",
            "Every drug taken since the evaluation is recorded with its last dose",
        )


def unresolved(facts: Facts) -> Iterator[GuardReason]:
    """A rule of drugs that fires and that nobody has set aside."""
    for hit in facts.fired:
        of_the_way = hit.code.startswith(OF_DRUGS) or hit.code == "ASA-01-SED"
        if of_the_way and hit.level in OVERRIDABLE and hit.code not in facts.overridden:
            yield GuardReason(
                hit.code, f"{hit.code}: {hit.text}", "An override with a reason"
            )
