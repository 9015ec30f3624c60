"""Findings that the rules look at, and what it means that one fires."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from procedures.rules.drug_names import classes_of


class Level(StrEnum):
    """Meaning of a rule that fires."""

    HARD = "HARD"
    OVERRIDE = "OVERRIDE"
    OVERRIDE_SECOND = "OVERRIDE2"
    WARN = "WARN"
    GATE = "GATE"
    INSTRUCT = "INSTRUCT"
    INFO = "INFO"


BLOCKING = frozenset({Level.HARD, Level.OVERRIDE, Level.OVERRIDE_SECOND})
OVERRIDABLE = frozenset({Level.OVERRIDE, Level.OVERRIDE_SECOND})


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of one rule. `parameters` are numbers with the unit in the name."""

    code: str
    version: int
    level: Level
    title: str
    parameters: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that applies, and from which day on it might no longer."""

    code: str
    version: int
    level: Level
    text: str
    lifts: str = ""
    reevaluate_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFinding:
    """Findings at one target; grades are None where they do not apply."""

    label: str
    joint: str = ""
    structure: str = ""
    laterality: str = ""
    icd10: Sequence[str] = ()
    grade_kl: int | None = None
    grade_tonnis: int | None = None
    grade_samilson_prieto: int | None = None
    grade_icrs: int | None = None
    cuff_tear: str = ""
    patte: int | None = None
    goutallier: int | None = None
    tendon_grade: int | None = None
    prosthetic_joint: bool = False


@dataclass(frozen=True, slots=True)
class Medication:
    """A drug taken, its class and the last day it was taken."""

    name: str
    drug_class: str
    last_dose_on: date | None = None

    @property
    def classes(self) -> frozenset[str]:
        """The class typed, and the ones its name says."""
        return classes_of(self.name) | {self.drug_class}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The findings the rules look at. None means not measured."""

    age_years: int
    targets: Sequence[TargetFinding]
    medications: Sequence[Medication] = ()
    active_infection: bool = False
    infection_site: str = ""
    temperature_c: Decimal | None = None
    antibiotics_until: date | None = None
    symptom_months: int | None = None
    conservative_weeks: int | None = None
    nrs: int | None = None
    platelets: Decimal | None = None
    haemoglobin_g_dl: Decimal | None = None
    inr: Decimal | None = None
    bmi: Decimal | None = None
    asa_class: int | None = None
    hba1c: Decimal | None = None
    pregnant: bool = False
    allergies: frozenset[str] = frozenset()
    sedation: str = "none"


def hit(
    rule: Rule, text: str, lifts: str = "", reevaluate_on: date | None = None
) -> Fired:
    return Fired(rule.code, rule.version, rule.level, text, lifts, reevaluate_on)
