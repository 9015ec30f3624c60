"""Candidacy rules on findings: what fires, how hard, and until when."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from procedures.rules import candidacy as rules
from procedures.rules import icd10
from procedures.rules.candidacy import (
    Findings,
    Level,
    Medication,
    Rule,
    TargetFinding,
    fired,
    with_policy,
)

ON = date(2026, 10, 19)
DATA = Path(rules.__file__).parents[1] / "data"
FILES = [json.loads(path.read_text()) for path in sorted(DATA.glob("rules-*.json"))]
RULES = tuple(
    Rule(
        row["code"],
        file["version"],
        Level(row["level"]),
        row["title"],
        {name: Decimal(str(value)) for name, value in row["parameters"].items()},
    )
    for file in FILES
    for row in file["rules"]
)
KNEE = TargetFinding(label="left knee", grade_kl=3)
WELL = Findings(age_years=67, targets=[KNEE], symptom_months=12, nrs=7)


def levels(findings=WELL, on=ON, rules=RULES, **changes):
    found = fired(rules, replace(findings, **changes), on)
    return {hit.code: hit.level for hit in found}


def test_nothing_fires_for_a_moderate_knee():
    assert levels() == {}


@pytest.mark.parametrize("temperature", ["38.0", "38.3", "41.2"])
def test_fever_is_hard(temperature):
    assert levels(temperature_c=Decimal(temperature)) == {"INF-01": Level.HARD}


def test_just_below_fever_passes():
    assert levels(temperature_c=Decimal("37.9")) == {}


def test_any_active_infection_is_hard():
    assert levels(active_infection=True) == {"INF-01": Level.HARD}


def test_antibiotics_defer_for_14_days_after_the_last_one():
    taken = {"antibiotics_until": date(2026, 10, 28)}

    [hit] = fired(RULES, replace(WELL, **taken), ON)

    assert hit.reevaluate_on == date(2026, 11, 11)
    assert levels(on=date(2026, 11, 10), **taken) == {"INF-01": Level.HARD}
    assert levels(on=date(2026, 11, 11), **taken) == {}


@pytest.mark.parametrize(
    "finding",
    [
        {"grade_kl": 4},
        {"grade_tonnis": 3},
        {"grade_samilson_prieto": 3},
        {"grade_icrs": 4},
        {"cuff_tear": "full", "patte": 3},
        {"cuff_tear": "full", "goutallier": 3},
        {"tendon_grade": 3},
    ],
)
def test_severe_damage_is_hard(finding):
    target = replace(KNEE, **finding)

    assert levels(targets=[target]) == {"SEV-01": Level.HARD}


def test_one_severe_target_of_two_is_enough():
    assert levels(targets=[KNEE, replace(KNEE, grade_kl=4)]) == {"SEV-01": Level.HARD}


def test_a_partial_cuff_tear_is_not_severe():
    partial = replace(KNEE, cuff_tear="partial_articular", goutallier=3)

    assert levels(targets=[partial]) == {}


def test_a_clinics_policy_can_soften_severe_damage_but_no_other_rule():
    softer = tuple(with_policy(rule, "override") for rule in RULES)
    changed = {a.code for a, b in zip(softer, RULES, strict=True) if a != b}

    assert changed == {"SEV-01"}
    assert levels(targets=[replace(KNEE, grade_kl=4)], rules=softer) == {
        "SEV-01": Level.OVERRIDE_SECOND
    }


@pytest.mark.parametrize(
    ("drug_class", "expected"),
    [
        ("nsaid", {"MED-NSAID-01": Level.INSTRUCT}),
        ("anticoagulant", {"MED-AC-01": Level.OVERRIDE}),
        ("antiplatelet", {"MED-AC-01": Level.OVERRIDE}),
        ("aspirin_low_dose", {}),
    ],
)
def test_drugs_fire_by_class(drug_class, expected):
    assert levels(medications=[Medication("a drug", drug_class)]) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("platelets", 48, {"HEM-01-LOW": Level.HARD}),
        ("platelets", 50, {"HEM-01": Level.OVERRIDE}),
        ("platelets", 100, {}),
        ("haemoglobin_g_dl", "7.9", {"HEM-02-LOW": Level.HARD}),
        ("haemoglobin_g_dl", "9.9", {"HEM-02": Level.OVERRIDE}),
        ("inr", "1.5", {}),
        ("inr", "3.0", {"HEM-03": Level.OVERRIDE}),
        ("inr", "3.1", {"HEM-03-HIGH": Level.HARD}),
        ("bmi", "35", {"BMI-01": Level.WARN}),
        ("bmi", "40", {"BMI-01-HIGH": Level.OVERRIDE}),
        ("symptom_months", 2, {"INC-3": Level.WARN}),
        ("nrs", 3, {"INC-4": Level.WARN}),
        ("age_years", 17, {"INC-5": Level.HARD}),
        ("asa_class", 4, {"ASA-01": Level.HARD}),
        ("pregnant", True, {"PREG-01": Level.HARD}),
    ],
)
def test_thresholds(name, value, expected):
    number = Decimal(value) if isinstance(value, str) else value

    assert levels(**{name: number}) == expected


def test_the_hardest_rule_comes_first():
    found = fired(
        RULES,
        replace(WELL, nrs=2, active_infection=True, inr=Decimal(2)),
        ON,
    )

    assert [hit.level for hit in found] == [Level.HARD, Level.OVERRIDE, Level.WARN]


@pytest.mark.parametrize(
    ("code", "side"),
    [
        ("M17.11", "right"),
        ("M17.12", "left"),
        ("M17.0", "both"),
        ("M75.111", "right"),
        ("S46.012A", "left"),
        ("M77.12", "left"),
        ("M22.42", "left"),
        ("M94.261", "right"),
        ("L03.116", ""),
    ],
)
def test_a_diagnosis_names_its_side(code, side):
    assert icd10.read(code).side == side


@pytest.mark.parametrize(
    ("on", "fires"),
    [(date(2026, 4, 14), True), (date(2026, 4, 29), True), (date(2026, 4, 30), False)],
)
def test_a_systemic_steroid_stands_in_the_way_for_two_weeks(on, fires):
    drug = Medication("prednisone", "systemic_steroid", date(2026, 4, 16))

    found = levels(medications=[drug], on=on)

    assert found == ({"MED-STER-01": Level.HARD} if fires else {})


def test_a_systemic_steroid_says_from_when_it_no_longer_does():
    drug = Medication("prednisone", "systemic_steroid", date(2026, 4, 16))

    [hit] = fired(RULES, replace(WELL, medications=[drug]), date(2026, 4, 20))

    assert hit.reevaluate_on == date(2026, 4, 30)
    assert hit.lifts == "14 days without it, not before 2026-04-30"


def test_a_steroid_of_an_unknown_day_stands_in_the_way_without_an_end():
    drug = Medication("prednisone", "systemic_steroid")

    [hit] = fired(RULES, replace(WELL, medications=[drug]), ON)

    assert (hit.code, hit.reevaluate_on) == ("MED-STER-01", None)
