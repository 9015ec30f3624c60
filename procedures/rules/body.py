"""Height and weight together: what one of them alone cannot show."""

from decimal import Decimal

from procedures.fields.ranges import POUND_KG

POSSIBLE_BMI = (Decimal(12), Decimal(80))
USUAL_BMI = (Decimal("18.5"), Decimal(35))


def bmi(height_cm: Decimal, weight_kg: Decimal) -> Decimal:
    """kg/m² to one decimal."""
    return (weight_kg / (height_cm / 100) ** 2).quantize(Decimal("0.1"))


def pounds(weight_kg: Decimal) -> Decimal:
    return (weight_kg / POUND_KG).quantize(Decimal("0.1"))


def in_words(height_cm: Decimal, weight_kg: Decimal) -> str:
    """ "110 kg is 242.5 lb; with 170 cm a BMI of 38.1"."""
    return (
        f"{weight_kg:f} kg is {pounds(weight_kg)} lb; with {height_cm:f} cm a BMI of"
        f" {bmi(height_cm, weight_kg)}"
    )


def impossible(height_cm: Decimal, weight_kg: Decimal) -> str:
    """Reason that the two cannot both be right; "" if they can."""
    low, high = POSSIBLE_BMI
    if low <= bmi(height_cm, weight_kg) <= high:
        return ""
    words = in_words(height_cm, weight_kg)
    return f"{words}, which must be {low} to {high} kg/m²; check both"


def unusual(height_cm: Decimal, weight_kg: Decimal) -> str:
    """Doubt to look at again before signing; "" if none."""
    low, high = USUAL_BMI
    found = bmi(height_cm, weight_kg)
    if low <= found < high:
        return ""
    return f"{in_words(height_cm, weight_kg)} (usually {low} to under {high} kg/m²)"
