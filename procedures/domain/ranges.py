"""Usual and possible values of what is measured before the day.

Hard limits catch typing errors; outside the usual range an answer is kept and
marked unusual. The clinic's medical director may tighten them.
"""

from dataclasses import dataclass
from typing import Any

from procedures.domain.schema import Field, Limits


@dataclass(frozen=True, slots=True)
class Range:
    """Both limits in the unit given."""

    unit: str
    hard: Limits
    warn: Limits | None = None


RANGES = {
    "height_cm": Range("cm", (120, 220)),
    "weight_kg": Range("kg", (35, 250)),
    "symptom_months": Range("months", (0, 720), (3, None)),
    "conservative_weeks": Range("weeks", (0, 3120), (6, None)),
    "nrs": Range("of 10", (0, 10), (4, None)),
    "temperature_c": Range("°C", (30, 43), (None, 37.7)),
    "asa_class": Range("", (1, 6), (None, 2)),
    "grade_kl": Range("", (0, 4), (None, 3)),
    "grade_tonnis": Range("", (0, 3), (None, 2)),
    "grade_samilson_prieto": Range("", (0, 3), (None, 2)),
    "grade_icrs": Range("", (0, 4), (None, 3)),
    "cuff_size_cm": Range("cm", (0, 8)),
    "patte": Range("", (1, 3), (None, 2)),
    "goutallier": Range("", (0, 4), (None, 2)),
    "tendon_grade": Range("", (1, 3), (None, 2)),
}
WHOLE = frozenset(RANGES) - {"height_cm", "weight_kg", "temperature_c", "cuff_size_cm"}


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
        **options,
    )
