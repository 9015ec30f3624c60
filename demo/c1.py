"""C1: knee osteoarthritis, uncomplicated, followed for twelve months."""

from datetime import timedelta
from typing import Any

from demo import consultation
from demo.cases import DemoCase
from demo.path import Path
from demo.people import DemoClinic
from demo.procedure_day import ProcedureDay
from demo.timeline import Timeline


def stage(world: DemoClinic, timeline: Timeline, case: DemoCase) -> Path:
    path = consultation.begin(world, timeline, case)
    consultation.consult(path, case)
    consultation.decide(path, case)
    day = ProcedureDay(path, case)
    day.book()
    day.prepare()
    day.play()
    follow_up(path, case)
    return path


KOOS_JR = (
    "stiffness_on_wakening",
    "twisting_pivoting",
    "straightening_fully",
    "stairs",
    "standing_upright",
    "rising_from_sitting",
    "bending_to_floor",
)


def follow_up(path: Path, case: DemoCase) -> None:
    """Visits the patient books by the link "time to book", and every answer."""
    for code, visit in case.replay["follow_up_visits"].items():
        start = case.at(visit["start"])
        booked = case.at(visit["booked"])
        path.book(booked, "follow-up", start, code, contact=code, by_patient=True)
        path.visit(start - timedelta(minutes=6), "arrive", code)
        path.visit(start + timedelta(minutes=2), "check_in", code, by="nurse")
        path.visit(start + timedelta(minutes=20), "fulfil", code, by="nurse")
    for code, day, scores in case.facts["outcomes"][1:]:
        at = case.at(day, case.replay["answered_at"])
        path.act(at, "respond", "nurse", _answers(case, code, scores))
    completed = case.at(case.replay["completed"])
    path.act(completed, "complete", "clinician", {"outcome": "completed"})


def _answers(case: DemoCase, code: str, scores: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "follow_up": code,
        "nrs": scores["NRS"],
        "warning_signs": [],
    }
    if code in case.replay["temperature_c"]:
        data["temperature_c"] = case.replay["temperature_c"][code]
        data |= {"swelling": "mild", "bears_weight": True}
    if steps := case.replay["milestones"].get(code):
        data["milestones"] = steps
    instruments: dict[str, dict[str, int]] = {}
    if items := case.replay["koos_jr_items"].get(code):
        instruments["koos_jr"] = dict(zip(KOOS_JR, items, strict=True))
    if pgic := case.replay["pgic"].get(code):
        instruments["pgic"] = {"pgic": pgic}
    return {**data, "instruments": instruments} if instruments else data
