"""Sentences about what is late, and whom it runs into; times in the clinic's zone."""

from scheduling.day.expected import DayProjection
from scheduling.day.overruns import ABSENCE, RunsInto
from scheduling.day.projection import Affected


def runs_into_text(one: RunsInto, day: DayProjection, start: str) -> str:
    """Say what a phase runs into; `start` is the time as its reader writes times."""
    name = day.resource_of(one.kept)
    kept = f"the absence of {name}" if one.kept.code == ABSENCE else f"a hold on {name}"
    return f"{one.phase} runs into {kept} at {start}"


def cause_text(late: Affected, day: DayProjection, until: str) -> str:
    """Say why it is late; `until` is the cause's time as its reader writes times."""
    cause = late.cause
    match cause.code:
        case "waits":
            return f"{cause.phase} waits for {day.resource_of(cause)} until {until}"
        case "not-begun":
            return f"{cause.phase} has not begun yet"
        case "patient-late":
            return f"The patient says they come at {until}"
    return f"{cause.phase} is expected to last until {until}"
