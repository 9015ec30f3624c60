"""Recovery in figures: one curve a scale, which way is better, and what changed.

Thresholds are those of domain knowledge about other treatments (arthroplasty, cuff
surgery): what reaches one is a "possible improvement", and never more than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

BASELINE = "baseline"
PAIN = "nrs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scale from `lowest` to `highest`; `threshold` is the least change that may
    mean something, `share` the same as a part of the baseline."""

    key: str
    lowest: int
    highest: int
    lower_is_better: bool
    threshold: Decimal
    share: Decimal | None = None


SCALES = (
    Scale(
        key=PAIN,
        lowest=0,
        highest=10,
        lower_is_better=True,
        threshold=Decimal(2),
        share=Decimal("0.3"),
    ),
    Scale(
        key="koos_jr",
        lowest=0,
        highest=100,
        lower_is_better=False,
        threshold=Decimal(14),
    ),
    Scale(
        key="hoos_jr",
        lowest=0,
        highest=100,
        lower_is_better=False,
        threshold=Decimal("7.76"),
    ),
    Scale(
        key="sane",
        lowest=0,
        highest=100,
        lower_is_better=False,
        threshold=Decimal("16.9"),
    ),
)


@dataclass(frozen=True, slots=True)
class Point:
    """One value: before ("baseline") or at a contact such as "W6"."""

    occasion: str
    at: datetime
    value: Decimal

    @property
    def is_baseline(self) -> bool:
        """Return True of the value before the treatment."""
        return self.occasion == BASELINE


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of one scale in time, the baseline first where there is one."""

    scale: Scale
    points: tuple[Point, ...]

    @property
    def gain(self) -> Decimal | None:
        """Return how much better the last value is than the baseline, None if there
        are not both."""
        if len(self.points) < 2 or not self.points[0].is_baseline:
            return None
        change = self.points[-1].value - self.points[0].value
        return -change if self.scale.lower_is_better else change

    @property
    def may_be_better(self) -> bool:
        """Return True if the change reaches a threshold."""
        gain, scale = self.gain, self.scale
        if gain is None:
            return False
        if gain >= scale.threshold:
            return True
        base = self.points[0].value
        return scale.share is not None and base > 0 and gain >= scale.share * base


def curve(scale: Scale, points: Sequence[Point]) -> Curve:
    """Return the curve of these points, in time, whatever order they come in.

    Of two baselines the later counts: the one closer to the treatment.
    """
    ordered = sorted(points, key=lambda point: point.at)
    before = [point for point in ordered if point.is_baseline][-1:]
    after = [point for point in ordered if not point.is_baseline]
    return Curve(scale, (*before, *after))
