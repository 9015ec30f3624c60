"""The visit types a new clinic starts with, in minutes from arrival.

The procedure's phases follow the clinic day: preparation, harvest, processing while
the clinician is free, injection in the same room, recovery. Bounds are how far a
booking may vary a phase.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.visit_types.variation import IMAGE_GUIDED_HARVEST


@dataclass(frozen=True, slots=True)
class NeedSpec:
    """`key` names the need so that a later one can be `same_as` it."""

    kinds: tuple[str, ...]
    key: str = ""
    same_as: str = ""
    count: int = 1
    capabilities: tuple[str, ...] = ()
    before: int = 0
    after: int = 0
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    """`bounds` are the shortest and longest duration; empty: it does not vary.

    `per_target` are the minutes of every target after the first, `by_sedation` the
    whole duration by sedation.
    """

    name: str
    offset: int
    duration: int
    needs: tuple[NeedSpec, ...]
    bounds: tuple[int, int] | None = None
    per_target: int = 0
    by_sedation: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VisitSpec:
    slug: str
    name: str
    phases: tuple[PhaseSpec, ...]
    requires_decision: bool = False
    in_person: bool = True
    minimum_lead_minutes: int = field(default=0)


def need(kind: str, **rest: object) -> NeedSpec:
    return NeedSpec((kind,), **rest)  # type: ignore[arg-type]


def _procedure(slug: str, name: str, imaging: str) -> VisitSpec:
    """The bone-marrow concentrate visit; one imaging device guides both parts, where
    the harvest is guided at all."""
    return VisitSpec(
        slug,
        name,
        requires_decision=True,
        phases=(
            PhaseSpec("Preparation", 0, 40, (need("preop_bay"),), (20, 45)),
            PhaseSpec(
                "Procedure room", 40, 65, (need("procedure_room", after=15),), (45, 120)
            ),
            PhaseSpec(
                "Harvest",
                40,
                25,
                (
                    need("clinician", key="clinician"),
                    need(imaging, key="imaging", only_if=IMAGE_GUIDED_HARVEST),
                ),
                (15, 35),
            ),
            PhaseSpec(
                "Processing",
                60,
                30,
                (need("technician"), need("centrifuge", after=10)),
                (15, 45),
            ),
            PhaseSpec(
                "Injection",
                85,
                20,
                (
                    need("clinician", same_as="clinician"),
                    need(imaging, same_as="imaging"),
                ),
                (10, 60),
                per_target=8,
            ),
            PhaseSpec(
                "Recovery",
                105,
                30,
                (need("recovery_bay"),),
                (15, 60),
                by_sedation={"none": 15, "oral": 30, "iv": 60},
            ),
        ),
    )


def _talk(slug: str, name: str, minutes: int, bounds: tuple[int, int]) -> VisitSpec:
    needs = (need("consult_room"), need("clinician"))
    return VisitSpec(slug, name, (PhaseSpec("Visit", 0, minutes, needs, bounds),))


SHIPPED = (
    _procedure("bmc-ultrasound", "Procedure, ultrasound-guided", "ultrasound"),
    _procedure("bmc-fluoroscopy", "Procedure, fluoroscopy-guided", "c_arm"),
    _talk("consultation", "Consultation", 45, (30, 60)),
    _talk("follow-up", "Follow-up visit", 20, (10, 30)),
    VisitSpec(
        "remote-check",
        "Remote check",
        (PhaseSpec("Call", 0, 5, (need("nurse"),), (5, 15)),),
        in_person=False,
    ),
)
