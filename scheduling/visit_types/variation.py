"""Variations of one visit on its type: more targets, sedation, imaging.

A phase that grows pushes what comes after it, and stretches what lies around it (the
procedure room lasts as long as the injection in it). Minutes and bounds are data of
the visit type; the shipped ones follow the clinic day: 8 minutes a further target,
15, 30 or 60 minutes of recovery by sedation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan

SEDATIONS = ("none", "oral", "iv")
IMAGE_GUIDED_HARVEST = "image-guided-harvest"
MOST_TARGETS = 20


class OutOfBounds(Exception):
    """The visit would have a phase shorter or longer than its type allows; in words.

    `field` is what to ask otherwise.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


@dataclass(frozen=True, slots=True)
class Variation:
    """`targets` counts all; `sedation` is one of SEDATIONS, "" is the type's own."""

    targets: int = 1
    sedation: str = ""
    image_guided_harvest: bool = False

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Variation":
        """As it is stored; what is left out is as the type has it."""
        return cls(
            targets=data.get("targets", 1),
            sedation=data.get("sedation", ""),
            image_guided_harvest=data.get("image_guided_harvest", False),
        )

    def as_data(self) -> dict[str, Any]:
        """Only what differs from the type."""
        usual = Variation()
        return {
            name: getattr(self, name)
            for name in self.__slots__
            if getattr(self, name) != getattr(usual, name)
        }


USUAL = Variation()


def vary(plan: Plan, variation: Variation = USUAL) -> Plan:
    """The plan of one visit. Raises OutOfBounds."""
    _check_words(variation)
    varied = _varied(plan, variation)
    if fault := _out_of_bounds(plan, varied):
        raise OutOfBounds(_blamed(plan, variation, fault), _text(*fault))
    return varied


def _varied(plan: Plan, variation: Variation) -> Plan:
    needs = tuple(need for need in plan.needs if _is_needed(need, variation))
    varied = Plan(plan.phases, needs)
    for phase in plan.phases:
        varied = _lengthen(varied, phase.id, _extra_minutes(phase, variation))
    return varied


def _check_words(variation: Variation) -> None:
    if not 1 <= variation.targets <= MOST_TARGETS:
        raise OutOfBounds("targets", f"A visit has 1 to {MOST_TARGETS} targets.")
    if variation.sedation not in {"", *SEDATIONS}:
        raise OutOfBounds("sedation", f"Sedation is one of {', '.join(SEDATIONS)}.")


def _is_needed(need: NeedPlan, variation: Variation) -> bool:
    if need.only_if == IMAGE_GUIDED_HARVEST:
        return variation.image_guided_harvest
    return True


def _extra_minutes(phase: PhasePlan, variation: Variation) -> int:
    extra = phase.minutes_per_target * (variation.targets - 1)
    by_sedation = dict(phase.sedation_minutes).get(variation.sedation)
    if by_sedation is not None:
        extra += by_sedation - phase.duration_minutes
    return extra


def _lengthen(plan: Plan, phase_id: int, minutes: int) -> Plan:
    if not minutes:
        return plan
    grown = next(phase for phase in plan.phases if phase.id == phase_id)
    phases = {phase.id: _pushed(phase, grown, minutes) for phase in plan.phases}
    return Plan(
        tuple(phases[phase.id] for phase in plan.phases),
        tuple(replace(need, phase=phases[need.phase.id]) for need in plan.needs),
    )


def _pushed(phase: PhasePlan, grown: PhasePlan, minutes: int) -> PhasePlan:
    if phase.offset_minutes >= grown.end_minutes:
        return replace(phase, offset_minutes=phase.offset_minutes + minutes)
    around = (
        phase.offset_minutes <= grown.offset_minutes
        and phase.end_minutes >= grown.end_minutes
    )
    if around:
        return replace(phase, duration_minutes=phase.duration_minutes + minutes)
    return phase


# A phase as its type has it, and as one visit would have it.
_Fault = tuple[PhasePlan, PhasePlan]


def _out_of_bounds(plan: Plan, varied: Plan) -> _Fault | None:
    """The first phase that would be, if any."""
    for before, after in zip(plan.phases, varied.phases, strict=True):
        if after != before and not _is_allowed(before, after):
            return before, after
    return None


def _is_allowed(before: PhasePlan, after: PhasePlan) -> bool:
    return before.shortest <= after.duration_minutes <= before.longest


def _blamed(plan: Plan, variation: Variation, fault: _Fault) -> str:
    """Sedation where fewer targets would not help, else targets."""
    one_target = _varied(plan, replace(variation, targets=1))
    before, _ = fault
    after = next(phase for phase in one_target.phases if phase.id == before.id)
    return "targets" if _is_allowed(before, after) else "sedation"


def _text(before: PhasePlan, after: PhasePlan) -> str:
    return (
        f"{after.name} would last {after.duration_minutes} minutes; "
        f"here it lasts {before.shortest} to {before.longest}."
    )
