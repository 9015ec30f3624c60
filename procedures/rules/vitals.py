"""Vital signs that stop the day.

Hard limits (a typing error) and warnings are in the act's schema; here is what a
plausible value means. Temperature of 38.0 °C or more is INF-01 and nobody can clear
it; the other stops a physician can clear with a reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FEVER_C = Decimal("38.0")


@dataclass(frozen=True, slots=True)
class Stop:
    """A value outside what the clinic treats with."""

    code: str
    text: str
    values: tuple[str, ...] = ()


def has_fever(vitals: Mapping[str, Any]) -> bool:
    temperature = vitals.get("temperature_c")
    return temperature is not None and temperature >= FEVER_C


def stops(vitals: Mapping[str, Any]) -> tuple[Stop, ...]:
    """Return what a physician must clear before the day goes on."""
    found = (_pressure(vitals), _heart(vitals), _oxygen(vitals), _glucose(vitals))
    return tuple(stop for stop in found if stop)


def _pressure(vitals: Mapping[str, Any]) -> Stop | None:
    systolic, diastolic = vitals["systolic_mmhg"], vitals["diastolic_mmhg"]
    if systolic > 180 or diastolic > 110:
        return _of_pressure("high", systolic, diastolic)
    if systolic < 85:
        return _of_pressure("low", systolic, diastolic)
    return None


def _of_pressure(which: str, systolic: int, diastolic: int) -> Stop:
    return Stop(
        f"vitals.pressure_{which}",
        f"Blood pressure {systolic}/{diastolic}",
        ("systolic_mmhg", "diastolic_mmhg"),
    )


def _heart(vitals: Mapping[str, Any]) -> Stop | None:
    rate = vitals["heart_rate_per_min"]
    if rate <= 130:
        return None
    return Stop("vitals.heart_rate", f"Heart rate {rate}/min", ("heart_rate_per_min",))


def _oxygen(vitals: Mapping[str, Any]) -> Stop | None:
    spo2 = vitals["spo2_pct"]
    if spo2 >= 90:
        return None
    return Stop("vitals.spo2", f"Oxygen saturation {spo2} %", ("spo2_pct",))


def _glucose(vitals: Mapping[str, Any]) -> Stop | None:
    glucose = vitals.get("glucose_mg_dl")
    if glucose is None or 70 <= glucose <= 300:
        return None
    return Stop("MET-01", f"Glucose {glucose} mg/dL", ("glucose_mg_dl",))
