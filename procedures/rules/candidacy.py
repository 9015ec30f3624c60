"""Candidacy rules: versioned thresholds applied to the findings of an evaluation.

The thresholds come from the table of rule versions, owned by the medical director;
this module knows only how each rule reads them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from procedures.rules import table
from procedures.rules.diagnoses import INFECTION, PREGNANCY, PROSTHESIS, found
from procedures.rules.findings import (
    BLOCKING,
    OVERRIDABLE,
    Findings,
    Fired,
    Level,
    Medication,
    Rule,
    TargetFinding,
    hit,
)

__all__ = [
    "BLOCKING",
    "OVERRIDABLE",
    "Findings",
    "Fired",
    "Level",
    "Medication",
    "Rule",
    "TargetFinding",
]


Check = Callable[[Rule, Findings, date], Iterator[Fired]]


def fired(rules: Sequence[Rule], findings: Findings, on: date) -> tuple[Fired, ...]:
    """The rules that apply to `findings` on that day, hardest first."""
    hits = [
        one
        for rule in rules
        if rule.code in CHECKS
        for one in CHECKS[rule.code](rule, findings, on)
    ]
    order = list(Level)
    return tuple(sorted(hits, key=lambda one: (order.index(one.level), one.code)))


def with_policy(rule: Rule, severe_policy: str) -> Rule:
    """SEV-01 is HARD, unless the clinic's policy "override" makes it
    an override with a second person."""
    if rule.code != "SEV-01" or severe_policy == "hard":
        return rule
    return replace(rule, level=Level.OVERRIDE_SECOND)


def infection(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """INF-01: active infection, fever, or antibiotics within the window."""
    signs = list(_signs_of_infection(rule, findings, on))
    if not signs:
        return
    again = _clear_of_antibiotics(rule, findings)
    lifts = "A new evaluation once the infection is gone"
    if again:
        lifts += f", not before {again.isoformat()}"
    yield hit(rule, f"Infection: {'; '.join(signs)}.", lifts, again)


def _signs_of_infection(rule: Rule, findings: Findings, on: date) -> Iterator[str]:
    limit = rule.parameters["temperature_c"]
    if findings.active_infection:
        yield findings.infection_site or "active infection"
    if findings.temperature_c is not None and findings.temperature_c >= limit:
        yield f"temperature {findings.temperature_c} °C (limit {limit} °C)"
    for target in findings.targets:
        for code in found(target.icd10, INFECTION):
            yield f"diagnosis {code}"
    again = _clear_of_antibiotics(rule, findings)
    if again and on < again:
        yield f"antibiotics until {again - _antibiotic_free(rule)}"
    for drug in _taken(findings, "antibiotic"):
        if drug.last_dose_on is None and findings.antibiotics_until is None:
            yield f"{drug.name}, an antibiotic whose last day is not known"


def _clear_of_antibiotics(rule: Rule, findings: Findings) -> date | None:
    days = [drug.last_dose_on for drug in _taken(findings, "antibiotic")]
    known = [day for day in (*days, findings.antibiotics_until) if day]
    return max(known) + _antibiotic_free(rule) if known else None


def _antibiotic_free(rule: Rule) -> timedelta:
    return timedelta(days=int(rule.parameters["antibiotic_free_days"]))


def severe_damage(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """SEV-01: damage beyond what the treatment is offered for."""
    for target in findings.targets:
        for text in _severe(rule.parameters, target):
            yield hit(rule, f"Severe damage, {target.label}: {text}.")


def _severe(limits: Mapping[str, Decimal], target: TargetFinding) -> Iterator[str]:
    for name in ("grade_kl", "grade_tonnis", "grade_samilson_prieto", "grade_icrs"):
        grade = getattr(target, name)
        if grade is not None and grade >= limits[name]:
            yield f"{GRADES[name]} grade {grade}"
    if target.cuff_tear == "full" and (
        (target.patte or 0) >= limits["patte"]
        or (target.goutallier or 0) >= limits["goutallier"]
    ):
        yield "full-thickness tear, retracted or fatty"
    if (target.tendon_grade or 0) >= limits["tendon_grade"]:
        yield "complete rupture"


GRADES = {
    "grade_kl": "Kellgren-Lawrence",
    "grade_tonnis": "Tönnis",
    "grade_samilson_prieto": "Samilson-Prieto",
    "grade_icrs": "ICRS",
}


def prosthetic(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """SEV-02: the target is a prosthetic joint."""
    for target in findings.targets:
        joint = PROSTHESIS.get(target.joint)
        if target.prosthetic_joint or (joint and found(target.icd10, joint)):
            yield hit(rule, f"Prosthetic joint: {target.label}.")


def nsaid(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """MED-NSAID-01: an anti-inflammatory taken, to be held before the procedure."""
    days = rule.parameters["hold_days"]
    for drug in _taken(findings, "nsaid"):
        yield hit(rule, f"{drug.name}: hold at least {days} days before.")


def anticoagulant(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """MED-AC-01: only the prescriber may plan a hold; we never tell a patient to."""
    for drug in _taken(findings, "anticoagulant", "antiplatelet"):
        yield hit(
            rule,
            f"{drug.name}: therapeutic anticoagulant or antiplatelet.",
            "An override that cites the prescriber's written plan",
        )


def steroid(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """MED-STER-01: a systemic steroid within the window; an unknown day counts."""
    days = int(rule.parameters["steroid_free_days"])
    for drug in _taken(findings, "systemic_steroid"):
        again = drug.last_dose_on + timedelta(days=days) if drug.last_dose_on else None
        if again is not None and on >= again:
            continue
        lifts = f"{days} days without it"
        if again:
            lifts += f", not before {again.isoformat()}"
        yield hit(rule, f"{drug.name}: a systemic steroid.", lifts, again)


def _taken(findings: Findings, *classes: str) -> Iterator[Medication]:
    return (drug for drug in findings.medications if drug.classes & {*classes})


def pregnancy(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """PREG-01: pregnancy."""
    coded = any(found(target.icd10, PREGNANCY) for target in findings.targets)
    if findings.pregnant or coded:
        yield hit(rule, "Pregnancy.")


def symptoms(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """INC-3: symptoms long enough and conservative care tried."""
    months, weeks = findings.symptom_months, findings.conservative_weeks
    if months is not None and months < rule.parameters["symptom_months"]:
        yield hit(rule, f"Symptoms for {months} months only.")
    if weeks is not None and weeks < rule.parameters["conservative_weeks"]:
        yield hit(rule, f"Conservative care for {weeks} weeks only.")


def pain(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """INC-4: pain below what trials treated."""
    if findings.nrs is not None and findings.nrs < rule.parameters["nrs"]:
        yield hit(rule, f"Pain {findings.nrs} of 10.")


def adult(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """INC-5: adults only."""
    if findings.age_years < rule.parameters["age_years"]:
        yield hit(rule, f"Age {findings.age_years}.")


def low(name: str, what: str) -> Check:
    """A laboratory value below `below` (and not below `not_below`, a harder rule)."""

    def check(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
        value = getattr(findings, name)
        floor = rule.parameters.get("not_below", Decimal(0))
        if value is not None and floor <= value < rule.parameters["below"]:
            yield hit(rule, f"{what} {value}.")

    return check


def high(name: str, what: str) -> Check:
    """A value at or above `from`, up to but excluding `to`, a harder rule's start."""

    def check(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
        value, end = getattr(findings, name), rule.parameters.get("to")
        over = value is not None and value >= rule.parameters["from"]
        if over and (end is None or value < end):
            yield hit(rule, f"{what} {value}.")

    return check


CHECKS: dict[str, Check] = {
    "INF-01": infection,
    "SEV-01": severe_damage,
    "SEV-02": prosthetic,
    "MED-NSAID-01": nsaid,
    "MED-AC-01": anticoagulant,
    "MED-STER-01": steroid,
    "PREG-01": pregnancy,
    "INC-3": symptoms,
    "INC-4": pain,
    "INC-5": adult,
    "HEM-01": low("platelets", "Platelets (10*3/uL)"),
    "HEM-01-LOW": low("platelets", "Platelets (10*3/uL)"),
    "HEM-02": low("haemoglobin_g_dl", "Haemoglobin (g/dL)"),
    "HEM-02-LOW": low("haemoglobin_g_dl", "Haemoglobin (g/dL)"),
    "HEM-03": high("inr", "INR"),
    "HEM-03-HIGH": high("inr", "INR"),
    "BMI-01": high("bmi", "BMI"),
    "BMI-01-HIGH": high("bmi", "BMI"),
    "ASA-01": high("asa_class", "ASA class"),
    "MET-01": high("hba1c", "HbA1c (%)"),
    "MET-01-WARN": high("hba1c", "HbA1c (%)"),
    **table.CHECKS,
}


def named(rules: Sequence[Rule], code: str) -> Rule:
    """The rule of that code; KeyError when the tables lack it."""
    for rule in rules:
        if rule.code == code:
            return rule
    raise KeyError(code)
