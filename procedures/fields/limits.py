"""Limits of a number in its unit, and the units it is mistaken for."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

Limits = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class OtherUnit:
    """A unit people also measure in: asked-for value = number x factor + offset.

    `places` are the decimals that are kept of a value given in it.
    """

    unit: str
    factor: Decimal
    offset: Decimal = Decimal(0)
    places: int = 1

    def converted(self, number: int | Decimal) -> Decimal:
        return number * self.factor + self.offset

    def kept(self, number: Decimal) -> Decimal:
        """The value asked for, rounded as it is kept."""
        step = Decimal(1).scaleb(-self.places)
        return self.converted(number).quantize(step, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Case:
    """Unit and limits of a number that another answer decides, such as its test."""

    label: str
    unit: str
    hard: Limits
    warn: Limits | None = None
    others: tuple[OtherUnit, ...] = ()


def outside(value: int | Decimal, limits: Limits, unit: str) -> str:
    """Reason that `value` is outside; "" if both ends allow it."""
    low, high = limits
    tail = f" {unit}" if unit else ""
    if low is not None and value < Decimal(str(low)):
        return f"must be at least {low}{tail}"
    if high is not None and value > Decimal(str(high)):
        return f"must be at most {high}{tail}"
    return ""


def looks_like(
    value: int | Decimal,
    unit: str,
    limits: Limits | None,
    others: tuple[OtherUnit, ...],
) -> str:
    """ "; 95 looks like g/L (9.5 g/dL)", if it would be possible in another unit."""
    for other in others:
        meant = other.converted(value)
        if not outside(meant, limits or (None, None), unit):
            return f"; {value:f} looks like {other.unit} ({_short(meant)} {unit})"
    return ""


def _short(number: Decimal) -> str:
    return f"{number:.1f}".removesuffix(".0")
