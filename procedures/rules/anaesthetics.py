"""Local anaesthetics: how much of the highest safe dose was given.

Highest doses per kilogram and in all: lidocaine 4.5 mg/kg up to 300 mg (7 and 500
with epinephrine), ropivacaine 3 and 200, bupivacaine 2.5 and 175.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

# agent: (mg per kg, mg in all)
HIGHEST_MG = {
    "lidocaine": (Decimal("4.5"), Decimal(300)),
    "lidocaine_epinephrine": (Decimal(7), Decimal(500)),
    "ropivacaine": (Decimal(3), Decimal(200)),
    "bupivacaine": (Decimal("2.5"), Decimal(175)),
}


@dataclass(frozen=True, slots=True)
class Dose:
    agent: str
    percent: Decimal
    volume_ml: Decimal

    @property
    def mass_mg(self) -> Decimal:
        return mass_mg(self.percent, self.volume_ml)


def mass_mg(percent: Decimal, volume_ml: Decimal) -> Decimal:
    """One per cent is ten milligrams in a millilitre."""
    return (percent * 10 * volume_ml).quantize(Decimal("0.1"))


def doses(rows: Iterable[Mapping[str, Any]]) -> tuple[Dose, ...]:
    return tuple(Dose(r["agent"], r["percent"], r["volume_ml"]) for r in rows)


def fraction_of_highest(given: Iterable[Dose], weight_kg: Decimal) -> Decimal:
    """The doses' shares of their highest doses, added up; 1 is the limit."""
    shares = (dose.mass_mg / _highest(dose.agent, weight_kg) for dose in given)
    return sum(shares, Decimal(0)).quantize(Decimal("0.01"))


def _highest(agent: str, weight_kg: Decimal) -> Decimal:
    per_kg, in_all = HIGHEST_MG[agent]
    return min(per_kg * weight_kg, in_all)
