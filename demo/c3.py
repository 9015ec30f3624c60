"""C3: a shoulder; cancelled two days before, offered to standby, booked anew."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from core.actor import job
from core.db import unit_of_work
from demo import consultation
from demo.cases import DemoCase
from demo.path import Path
from demo.people import DemoClinic
from demo.procedure_day import ProcedureDay
from demo.standby import Standby
from demo.timeline import Timeline
from patients import selectors as patients
from patients.services import tasks
from procedures.follow_up import services as follow_ups
from scheduling.visit_types.variation import Variation

FIRST = "first_procedure"
TASK = "visit_without_approval"


def stage(world: DemoClinic, timeline: Timeline, case: DemoCase) -> Path:
    path = consultation.begin(world, timeline, case)
    consultation.consult(path, case)
    consultation.decide(path, case)
    _book_first(path, case)
    standby = Standby(world, timeline, case)
    _readiness_call(path, case)
    standby.offer(path, FIRST)
    _evaluate_again(path, case)
    day = ProcedureDay(path, case)
    day.book()
    day.prepare()
    day.play()
    _follow_up(path, case)
    return path


def _book_first(path: Path, case: DemoCase) -> None:
    booking = case.replay["first_booking"]
    path.book(
        case.at(booking["booked"]),
        booking["visit_type"],
        case.at(booking["start"]),
        FIRST,
        variation=Variation(targets=len(consultation.targets(case))),
    )
    for item, when in case.replay["first_preparation"]:
        data = {"item": item, "state": "done"}
        path.act(case.at(when), "prepare", "coordinator", data)


def _readiness_call(path: Path, case: DemoCase) -> None:
    """Two days before: infection and steroid. The deferral cancels the visit."""
    call = case.replay["readiness_call"]
    findings = consultation.evaluation(case, call["findings"])
    path.act(case.at(call["evaluated"]), "evaluate", "clinician", findings)
    path.act(case.at(call["decided"]), "decide", "clinician", call["decision"])
    _close_task(path, case.at(call["settled"]), call["outcome"])


def _close_task(path: Path, at: datetime, outcome: str) -> None:
    """The coordinator had been asked to settle the booked visit."""

    def run(now: datetime) -> None:
        rows = patients.tasks(path.world.clinic.pk, now=now, patient_id=path.patient_id)
        for task in [one for one in rows if one.kind == TASK]:
            tasks.close(
                task_id=task.pk,
                outcome=outcome,
                by=path.world.actor("coordinator"),
                now=now,
            )

    path.timeline.add(at, "close the task", run)


def _evaluate_again(path: Path, case: DemoCase) -> None:
    again = case.replay["second_evaluation"]
    visit, at = "reevaluation", case.at
    path.book(at(again["booked"]), again["visit_type"], at(again["start"]), visit)
    path.visit(at(again["arrived"]), "arrive", visit)
    findings = consultation.evaluation(case, again["findings"])
    path.act(at(again["evaluated"]), "evaluate", "clinician", findings)
    path.act(at(again["decided"]), "decide", "clinician", again["decision"])
    path.visit(at(again["ended"]), "check_in", visit, by="nurse")
    path.visit(at(again["ended"]), "fulfil", visit, by="nurse")


def _follow_up(path: Path, case: DemoCase) -> None:
    """Visits booked for their contacts; answers as far as the case has them."""
    for code, visit in case.replay["follow_up_visits"].items():
        start = case.at(visit["start"])
        path.book(case.at(visit["booked"]), "follow-up", start, code, contact=code)
        path.visit(start - timedelta(minutes=6), "arrive", code)
        path.visit(start + timedelta(minutes=2), "check_in", code, by="nurse")
        path.visit(start + timedelta(minutes=20), "fulfil", code, by="nurse")
    for code, on, scores in case.facts["outcomes"]:
        if clock := case.replay["answered"].get(code):
            path.act(
                case.at(on, clock), "respond", "nurse", _answers(case, code, scores)
            )
    path.timeline.add_job(
        case.at(case.replay["missed_noted"]), "note what was missed", _mark_missed
    )


def _mark_missed(now: datetime) -> None:
    by = job("mark_missed_follow_ups")
    for key in follow_ups.overdue(now):
        miss = partial(follow_ups.mark_missed, follow_up_id=key, by=by, now=now)
        unit_of_work(miss)


def _answers(case: DemoCase, code: str, scores: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "follow_up": code,
        "nrs": scores["NRS"],
        "warning_signs": [],
    }
    if code in case.replay["temperature_c"]:
        data["temperature_c"] = case.replay["temperature_c"][code]
        data |= {"swelling": "mild", "bears_weight": True}
    if "SANE" in scores:
        data["instruments"] = {"sane": {"sane": scores["SANE"]}}
    return data
