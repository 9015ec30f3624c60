"""The rules of the table that follow from diagnoses, grades, drugs and allergies."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from procedures.rules import diagnoses
from procedures.rules.drug_names import is_fluoroquinolone
from procedures.rules.findings import Findings, Fired, Rule, TargetFinding, hit

Check = Callable[[Rule, Findings, date], Iterator[Fired]]

TENDONS = frozenset(
    {
        "common_extensor_tendon",
        "common_flexor_tendon",
        "achilles_tendon",
        "patellar_tendon",
        "gluteal_tendon",
        "medial_collateral_ligament",
        "anterior_cruciate_ligament",
    }
)
CUFF = frozenset({"supraspinatus_tendon", "subacromial_space"})
# What says how severe the damage of a joint is, by joint.
GRADES_OF_JOINT = {
    "knee": ("grade_kl", "grade_icrs"),
    "hip": ("grade_kl", "grade_tonnis", "grade_icrs"),
    "shoulder": ("grade_samilson_prieto", "grade_kl", "grade_icrs"),
}
OTHER_JOINTS = ("grade_kl", "grade_icrs")


def grades_for(target: TargetFinding) -> tuple[str, ...]:
    """The grades of which one has to be given for this target."""
    if target.structure in TENDONS:
        return ("tendon_grade",)
    if target.structure in CUFF:
        return ("cuff_tear",)
    joints = GRADES_OF_JOINT.get(target.joint, OTHER_JOINTS)
    # One finding often covers the cuff and the joint below it.
    return (*joints, "cuff_tear") if target.joint == "shoulder" else joints


def indication(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """INC-1: every target has a diagnosis of one of the five families."""
    for target in findings.targets:
        codes = list(target.icd10)
        if codes and not diagnoses.found(codes, diagnoses.INDICATION):
            text = f"{target.label}: {', '.join(codes)} is no indication."
            yield hit(rule, text, "An evaluation with the diagnosis that is treated")


def graded(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """INC-2: every target has a grade of its joint."""
    for target in findings.targets:
        names = grades_for(target) if target.joint else ()
        if names and not any(getattr(target, name) not in (None, "") for name in names):
            text = f"{target.label}: no grade of the damage."
            yield hit(rule, text, "An evaluation with the grade of every target")


def mild(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """INC-2-MILD: less than moderate damage and no cartilage grade from 1 to 3."""
    least = rule.parameters["grade_kl"]
    for target in findings.targets:
        kl, icrs = target.grade_kl, target.grade_icrs or 0
        if kl is not None and kl < least and icrs < 1 and not target.grade_tonnis:
            yield hit(rule, f"{target.label}: Kellgren-Lawrence grade {kl} only.")


def coded(family: re.Pattern[str], what: str) -> Check:
    """A diagnosis of that family at any target."""

    def check(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
        codes = [code for target in findings.targets for code in target.icd10]
        if known := sorted(set(diagnoses.found(codes, family))):
            yield hit(rule, f"{what}: {', '.join(known)}.")

    return check


def immunosuppressant(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """MED-IMM-01: an immunosuppressant, a biologic or chemotherapy."""
    for drug in findings.medications:
        if "immunosuppressant" in drug.classes:
            yield hit(
                rule, f"{drug.name}: immunosuppressant, biologic or chemotherapy."
            )


def fluoroquinolone(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """MED-FQ-01: a fluoroquinolone shortly before the treatment of a tendon."""
    if not any(t.structure in TENDONS | CUFF for t in findings.targets):
        return
    window = timedelta(days=int(rule.parameters["days"]))
    for drug in findings.medications:
        last = drug.last_dose_on
        if is_fluoroquinolone(drug.name) and (last is None or on < last + window):
            yield hit(rule, f"{drug.name}: a fluoroquinolone, and a tendon is treated.")


def sedated(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
    """ASA-01-SED: ASA class III where the consent is for sedation."""
    value = findings.asa_class or 0
    if findings.sedation != "none" and value == rule.parameters["asa_class"]:
        yield hit(rule, f"ASA class {value}, and sedation is planned.")


ALLERGY_WORDS = {
    "local_anaesthetic": "local anaesthetics",
    "heparin": "heparin or HIT: only ACD-A is used",
    "citrate": "citrate: neither ACD-A nor sodium citrate is used",
    "iodinated_contrast": "iodinated contrast: ultrasound, or no contrast",
    "latex": "latex",
    "chlorhexidine": "chlorhexidine",
    "povidone": "povidone-iodine",
    "adhesive": "adhesive",
}
# Their agent is part of the room's set-up: the time-out asks about it.
GATES = ("latex", "chlorhexidine", "povidone", "adhesive")


def allergic(*allergies: str) -> Check:
    """ALL-01: one of these allergies."""

    def check(rule: Rule, findings: Findings, on: date) -> Iterator[Fired]:
        for name in allergies:
            if name in findings.allergies:
                yield hit(rule, f"Allergy: {ALLERGY_WORDS[name]}.")

    return check


def words_of(allergies: Iterable[str]) -> str:
    """ "latex, chlorhexidine"."""
    return ", ".join(ALLERGY_WORDS[name] for name in allergies)


CHECKS: dict[str, Check] = {
    "INC-1": indication,
    "INC-2": graded,
    "INC-2-MILD": mild,
    "ONC-01": coded(diagnoses.MARROW, "Blood cancer or marrow failure"),
    "ONC-02": coded(diagnoses.CANCER, "Cancer"),
    "PREG-02": coded(diagnoses.LACTATION, "Lactation"),
    "HEM-04": coded(diagnoses.BLEEDING, "Bleeding disorder or sickle cell disease"),
    "MED-AC-02": coded(diagnoses.CLOT, "Thrombosis, infarction or stroke"),
    "MED-IMM-01": immunosuppressant,
    "MED-FQ-01": fluoroquinolone,
    "RHE-01": coded(diagnoses.INFLAMMATORY, "Inflammatory or crystal arthritis"),
    "SMK-01": coded(diagnoses.TOBACCO, "Tobacco"),
    "OPI-01": coded(diagnoses.OPIOIDS, "Opioids"),
    "BBV-01": coded(diagnoses.BLOOD_BORNE, "Blood-borne virus, label “biohazard”"),
    "ASA-01-SED": sedated,
    "ALL-01": allergic("local_anaesthetic"),
    "ALL-01-GATE": allergic(*GATES, "heparin", "citrate", "iodinated_contrast"),
}
