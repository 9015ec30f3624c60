"""Length of a visit as it is asked for: at the clinic, and the procedure itself."""

from dataclasses import dataclass
from datetime import timedelta

from pages.kit import phases, words
from scheduling.selectors import VisitKind
from scheduling.visit_types.plan import Plan
from scheduling.visit_types.variation import SEDATIONS, Variation, vary

_SEDATED = dict(
    zip(SEDATIONS, ("no sedation", "oral sedation", "IV sedation"), strict=True)
)


@dataclass(frozen=True, slots=True)
class Length:
    """`procedure` is None for a visit without one; `differs` says, in words, what
    makes it longer or shorter than usual."""

    at_clinic: timedelta
    procedure: timedelta | None
    differs: tuple[str, ...]


def length(kind: VisitKind, variation: Variation) -> Length:
    """Raises Invalid for a visit out of its bounds."""
    plan = kind.varied(variation)
    return Length(
        timedelta(minutes=plan.length_minutes),
        _procedure(plan),
        tuple(_differences(kind, variation)),
    )


def _procedure(plan: Plan) -> timedelta | None:
    worked = [phase for phase in plan.phases if phases.tone(phase.name)]
    if not worked:
        return None
    first = min(phase.offset_minutes for phase in worked)
    return timedelta(minutes=max(phase.end_minutes for phase in worked) - first)


def _differences(kind: VisitKind, variation: Variation) -> list[str]:
    """Words on what each wish changes by itself."""
    found = []
    if variation.targets > 1:
        more = _minutes(kind, Variation(targets=variation.targets))
        found.append(f"{variation.targets} targets: {more}")
    if variation.sedation:
        more = _minutes(kind, Variation(sedation=variation.sedation))
        found.append(f"{_SEDATED[variation.sedation]}: {more}")
    if variation.image_guided_harvest:
        guided = vary(kind.template, Variation(image_guided_harvest=True))
        extra = len(guided.needs) - len(kind.plan.needs)
        what = "imaging from the harvest on" if extra else "no change"
        found.append(f"image-guided harvest: {what}")
    return found


def _minutes(kind: VisitKind, variation: Variation) -> str:
    minutes = kind.varied(variation).length_minutes - kind.plan.length_minutes
    if not minutes:
        return "no change"
    by = words.minutes(timedelta(minutes=abs(minutes)))
    return f"{by} {'longer' if minutes > 0 else 'shorter'}"
