"""The rules in force, and the findings they look at."""

from datetime import date
from decimal import Decimal

from procedures.models import Evaluation, RuleVersion
from procedures.rules import candidacy

LOINC = {
    "platelets": "777-3",
    "haemoglobin_g_dl": "718-7",
    "inr": "6301-6",
    "hba1c": "4548-4",
}


def in_force(on: date) -> dict[str, RuleVersion]:
    """The newest version of each rule that was in force that day, by code."""
    rows = RuleVersion.objects.filter(effective_from__lte=on).order_by(
        "code", "version"
    )
    return {row.code: row for row in rows}


def as_rule(row: RuleVersion) -> candidacy.Rule:
    parameters = {name: Decimal(str(v)) for name, v in row.parameters.items()}
    return candidacy.Rule(
        row.code, row.version, candidacy.Level(row.level), row.title, parameters
    )


def rules_in_force(on: date, severe_policy: str) -> tuple[candidacy.Rule, ...]:
    """As `in_force`, with the clinic's policy on severe damage applied."""
    rows = in_force(on).values()
    return tuple(candidacy.with_policy(as_rule(row), severe_policy) for row in rows)


def findings(
    evaluation: Evaluation, birth_date: date, on: date, sedation: str = "none"
) -> candidacy.Findings:
    """The evaluation in the rules' own terms, and the sedation consented to."""
    labs = {lab.loinc: lab.value for lab in evaluation.labs.all()}
    return candidacy.Findings(
        age_years=age(birth_date, on),
        targets=_targets(evaluation),
        medications=[
            candidacy.Medication(drug.name, drug.drug_class, drug.last_dose_on)
            for drug in evaluation.medications.all()
        ],
        active_infection=evaluation.active_infection,
        infection_site=evaluation.infection_site,
        temperature_c=evaluation.temperature_c,
        antibiotics_until=evaluation.antibiotics_until,
        symptom_months=evaluation.symptom_months,
        conservative_weeks=evaluation.conservative_weeks,
        nrs=evaluation.nrs,
        bmi=bmi(evaluation.weight_kg, evaluation.height_cm),
        asa_class=evaluation.asa_class,
        pregnant=evaluation.pregnant,
        allergies=frozenset(evaluation.allergies),
        sedation=sedation,
        **{name: labs.get(loinc) for name, loinc in LOINC.items()},
    )


def _targets(evaluation: Evaluation) -> list[candidacy.TargetFinding]:
    return [
        candidacy.TargetFinding(
            label=str(row.target),
            joint=row.target.joint,
            structure=row.target.structure,
            laterality=row.target.laterality,
            icd10=tuple(row.icd10),
            grade_kl=row.grade_kl,
            grade_tonnis=row.grade_tonnis,
            grade_samilson_prieto=row.grade_samilson_prieto,
            grade_icrs=row.grade_icrs,
            cuff_tear=row.cuff_tear,
            patte=row.patte,
            goutallier=row.goutallier,
            tendon_grade=row.tendon_grade,
            prosthetic_joint=row.prosthetic_joint,
        )
        for row in evaluation.target_findings.select_related("target")
    ]


def age(birth_date: date, on: date) -> int:
    """Whole years."""
    had_birthday = (on.month, on.day) >= (birth_date.month, birth_date.day)
    return on.year - birth_date.year - (not had_birthday)


def bmi(weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    """kg/m², one decimal."""
    return round(weight_kg / (height_cm / 100) ** 2, 1)
