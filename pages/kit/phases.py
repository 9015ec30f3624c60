"""The phases of a visit as a ribbon and a list (components/phases.html)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pages.kit.words import sentence

if TYPE_CHECKING:
    from scheduling.openings.candidates import Opening

TONES = ("harvest", "processing", "injection")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Strip:
    """One phase: its words, and its place on the ribbon in minutes from arrival."""

    name: str
    tone: str
    start: datetime
    end: datetime
    x: int
    width: int
    y: int
    height: int
    resources: tuple[str, ...]


def tone(name: str) -> str:
    """The class that gives a phase its hue and pattern; none for a stay."""
    lower = name.lower()
    return next((f"phase-{word}" for word in TONES if word in lower), "")


def strips(
    arrival: datetime,
    phases: Iterable[tuple[str, datetime, datetime, Iterable[str]]],
) -> list[Strip]:
    """Stays fill the upper part of the ribbon, work on the patient the lower."""
    drawn = []
    for name, start, end, resources in phases:
        of = tone(name)
        drawn.append(
            Strip(
                name=sentence(name),
                tone=of,
                start=start,
                end=end,
                x=(start - arrival) // MINUTE,
                width=max(1, (end - start) // MINUTE),
                y=6 if of else 0,
                height=8 if of else 6,
                resources=tuple(resources),
            )
        )
    return drawn


def of_opening(opening: "Opening", ask: Mapping[str, Any]) -> dict[str, Any]:
    """An opening as components/opening.html shows it; `shown` are the ids it names."""
    phases = [
        (phase.name, phase.start, phase.end, [one.name for one in phase.resources])
        for phase in opening.phases
    ]
    drawn = strips(opening.start, phases)
    return {
        "start": opening.start,
        "end": opening.end,
        "at_clinic": opening.end - opening.start,
        "procedure": procedure_length(drawn),
        "length": (opening.end - opening.start) // MINUTE,
        "phases": drawn,
        "clinician": ask.get("clinician") or "",
        "shown": sorted(
            {one.id for phase in opening.phases for one in phase.resources}
        ),
    }


def procedure_length(drawn: Iterable[Strip]) -> timedelta | None:
    """Time from the beginning of the harvest to the end of the last injection."""
    worked = [strip for strip in drawn if strip.tone]
    if not worked:
        return None
    return max(s.end for s in worked) - min(s.start for s in worked)
