"""Guards of a hand-off."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import (
    LEAST_EXPLANATION,
    Answers,
    incident,
)

# In which stage each hand-off can happen.
POSSIBLE = {
    "harvested": ("H1", "H2", "H3"),
    "processed": ("H4", "H5"),
    "released": ("H6", "H7"),
}


def hand_off(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if not data:
        return
    if data["kind"] == "resolve":
        yield from _resolution(facts, data)
        return
    yield from incident(facts)
    if data["kind"] not in POSSIBLE.get(facts.stage, ()):
        yield GuardReason(
            "hand-off-order",
            f"{data['kind']} does not belong here.",
            f"Now possible: {', '.join(POSSIBLE.get(facts.stage, ())) or 'none'}",
        )
    if data["kind"] == "H2" and "H1" not in facts.day.hand_offs:
        yield GuardReason(
            "hand-off-missing",
            "Hand-off H1 has not been scanned.",
            "H1: wristband and container are scanned",
        )
    if not data["patient_scan"] or not data["container_scan"]:
        yield GuardReason(
            "scan-missing",
            "A hand-off needs the wristband and the container.",
            "Both are scanned",
        )
    if data["kind"] == "H1" and not data["labelled_in_presence"]:
        yield GuardReason(
            "label-missing",
            "The container is labelled in the presence of the patient.",
            "The label is on before anybody leaves the room",
        )


def _resolution(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    if not facts.day.open_incidents:
        yield GuardReason("no-incident", "There is no mismatch to resolve.")
    if len(data["resolution"]) < LEAST_EXPLANATION:
        yield GuardReason(
            "resolution-missing",
            "What the mismatch was has to be written down.",
            f"At least {LEAST_EXPLANATION} characters",
        )
