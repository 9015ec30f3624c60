"""C6: an active infection at the consultation; nobody can set the rule aside."""

from demo import consultation
from demo.cases import DemoCase
from demo.path import Path
from demo.people import DemoClinic
from demo.timeline import Timeline


def stage(world: DemoClinic, timeline: Timeline, case: DemoCase) -> Path:
    path = consultation.begin(world, timeline, case)
    consultation.consult(path, case)
    _try_to_override(path, case)
    consultation.decide(path, case)
    again = case.replay["reevaluation_booking"]
    path.book(
        case.at(again["booked"]),
        again["visit_type"],
        case.at(again["start"]),
        "reevaluation",
    )
    return path


def _try_to_override(path: Path, case: DemoCase) -> None:
    at = case.at(case.replay["consultation"]["overrides_tried"])
    wish = {"rule": "INF-01", "reason": case.replay["override_reason"]}
    for who in ("clinician", "admin"):
        path.try_act(at, "override", who, wish)
