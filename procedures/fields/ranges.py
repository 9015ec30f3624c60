"""Usual and possible values of what is measured before the day.

Hard limits catch typing errors; outside the usual range an answer is kept and
marked unusual. The clinic's medical director may tighten them; every change gives
`VERSION` a new name, which stands on each evaluation's entry in the journal.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from procedures.fields.limits import Case, Limits, OtherUnit
from procedures.fields.schema import Field

VERSION = "2026-12"


@dataclass(frozen=True, slots=True)
class Range:
    """Both limits in the unit given; `others` are units people also measure in."""

    unit: str
    hard: Limits
    warn: Limits | None = None
    others: tuple[OtherUnit, ...] = ()


def _unit(name: str, factor: str, offset: str = "0", places: int = 1) -> OtherUnit:
    return OtherUnit(name, Decimal(factor), Decimal(offset), places)


# Degrees of freezing are taken off, then nine are five.
FAHRENHEIT = OtherUnit("°F", Decimal(5) / 9, Decimal(-160) / 9)
POUND_KG = Decimal("0.45359237")

RANGES = {
    "height_cm": Range(
        "cm", (120, 220), others=(_unit("m", "100"), _unit("in", "2.54"))
    ),
    "weight_kg": Range("kg", (35, 250), others=(OtherUnit("lb", POUND_KG),)),
    "symptom_months": Range("months", (0, 720), (3, None)),
    "conservative_weeks": Range("weeks", (0, 3120), (6, None)),
    "nrs": Range("of 10", (0, 10), (4, None)),
    "temperature_c": Range("°C", (30, 43), (None, 37.7), (FAHRENHEIT,)),
    "asa_class": Range("", (1, 6), (None, 2)),
    "grade_kl": Range("", (0, 4), (None, 3)),
    "grade_tonnis": Range("", (0, 3), (None, 2)),
    "grade_samilson_prieto": Range("", (0, 3), (None, 2)),
    "grade_icrs": Range("", (0, 4), (None, 3)),
    "cuff_size_cm": Range("cm", (0, 8), others=(_unit("mm", "0.1"),)),
    "patte": Range("", (1, 3), (None, 2)),
    "goutallier": Range("", (0, 4), (None, 2)),
    "tendon_grade": Range("", (1, 3), (None, 2)),
}
WHOLE = frozenset(RANGES) - {"height_cm", "weight_kg", "temperature_c", "cuff_size_cm"}

# Laboratory tests by LOINC code: hard limits catch another unit or a slip of the
# decimal sign, the usual ones are those of adults. Thresholds of the candidacy rules
# are the rules' own.
LABS = {
    "718-7": Case(
        "Haemoglobin", "g/dL", (3, 25), (12, 17.5), (_unit("g/L", "0.1", places=2),)
    ),
    "777-3": Case(
        "Platelets",
        "10*3/uL",
        (1, 2000),
        (150, 450),
        (_unit("/uL", "0.001", places=2),),
    ),
    "6690-2": Case(
        "White cells",
        "10*3/uL",
        (0.1, 400),
        (4, 11),
        (_unit("/uL", "0.001", places=2),),
    ),
    "6301-6": Case("INR", "", (0.5, 20), (0.8, 1.2)),
    # IFCC units to NGSP percent.
    "4548-4": Case(
        "HbA1c", "%", (3, 20), (4, 6.4), (_unit("mmol/mol", "0.09148", "2.152", 2),)
    ),
    "1988-5": Case("CRP", "mg/L", (0, 600), (None, 10)),
    "4537-7": Case("ESR", "mm/h", (0, 200), (None, 30)),
    "2160-0": Case(
        "Creatinine",
        "mg/dL",
        (0.1, 25),
        (0.5, 1.3),
        (_unit("µmol/L", "0.01131", places=2),),
    ),
}


def measured(name: str, label: str, **options: Any) -> Field:
    """A number field with its unit and limits."""
    limits = RANGES[name]
    return Field(
        name=name,
        kind="integer" if name in WHOLE else "decimal",
        label=label,
        unit=limits.unit,
        hard=limits.hard,
        warn=limits.warn,
        others=limits.others,
        **options,
    )
