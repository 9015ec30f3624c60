"""What a benchmark says: a value, what it is held against, and whether it will do."""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    `floor` is the least the same machine could need (or the most it could do) in the
    same run, `ratio` the value against it; the target is for the ratio where there is
    one, else for the value. `sense` says on which side of the target it must lie.
    """

    name: str
    value: float
    unit: str
    target: float
    sense: Literal["at most", "at least"]
    floor: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.value / self.floor

    @property
    def ok(self) -> bool:
        held = self.value if self.ratio is None else self.ratio
        if self.sense == "at most":
            return held <= self.target
        return held >= self.target

    def as_json(self) -> str:
        """One line: name, value, unit, floor, ratio, target, ok."""
        return json.dumps(
            {
                "name": self.name,
                "value": _short(self.value),
                "unit": self.unit,
                "floor": _short(self.floor),
                "ratio": _short(self.ratio),
                "target": f"{self.sense} {self.target:g}",
                "ok": self.ok,
            }
        )


def median_ms(*functions: Callable[[], object], rounds: int) -> list[float]:
    """Each function's median time in milliseconds; they take turns, so that what
    else the machine does falls on all alike."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for taken, function in zip(times, functions, strict=True):
            began = time.perf_counter()
            function()
            taken.append((time.perf_counter() - began) * 1000)
    return [statistics.median(taken) for taken in times]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 … 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")
