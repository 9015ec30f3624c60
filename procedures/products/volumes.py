"""Volumes in millilitres: what must add up, and by how much it may miss.

Readings of syringes are good to about a tenth of a millilitre, a bowl to one.
"""

from collections.abc import Iterable
from decimal import Decimal

SYRINGE_TOLERANCE_ML = Decimal("0.1")
BOWL_TOLERANCE_ML = Decimal(1)
HIGHEST_ASPIRATE_ML_PER_KG = Decimal(4)


def total_ml(volumes: Iterable[Decimal]) -> Decimal:
    return sum(volumes, Decimal(0))


def exceeds(parts_ml: Decimal, whole_ml: Decimal) -> bool:
    """Return True if more was injected, kept and discarded than there is."""
    return parts_ml > whole_ml + SYRINGE_TOLERANCE_ML


def accounts_for(parts_ml: Decimal, whole_ml: Decimal) -> bool:
    """Return True if all of it is accounted for, as closing the day requires."""
    return abs(parts_ml - whole_ml) <= SYRINGE_TOLERANCE_ML


def input_matches(
    input_ml: Decimal, aspirate_ml: Decimal, anticoagulant_ml: Decimal
) -> bool:
    """Return True if what went into the centrifuge is what was drawn."""
    return abs(input_ml - aspirate_ml - anticoagulant_ml) <= BOWL_TOLERANCE_ML


def output_fits(input_ml: Decimal, *outputs_ml: Decimal) -> bool:
    """Return True if concentrate, plasma and waste can come of the input."""
    return total_ml(outputs_ml) <= input_ml + BOWL_TOLERANCE_ML


def cells_e6(concentration_e6_per_ml: Decimal, volume_ml: Decimal) -> Decimal:
    """Total nucleated cells in millions."""
    return (concentration_e6_per_ml * volume_ml).quantize(Decimal("0.1"))
