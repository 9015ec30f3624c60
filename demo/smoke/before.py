"""The walk up to a booked procedure, with a rival and a visit called off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from demo.smoke.report import Report
from demo.smoke.walker import EVALUATION, Walk

TARGET = {"joint": "knee", "laterality": "right"}
PROCEDURE = "bmc-ultrasound"


@dataclass(slots=True)
class Booked:
    """Results of the first part of the walk, for the next."""

    patient: dict[str, Any]
    episode: str
    target: str
    appointment: dict[str, Any]
    start: datetime
    called_off: dict[str, Any]


def until_booked(walk: Walk, report: Report) -> Booked:
    walk.set_clock(walk.at(8))
    patient = register(walk, report, "Nadia", "5550198")
    episode = consult(walk, report, patient["id"])
    refused_before_approval(walk, report, patient, episode)
    approve(walk, report, episode)
    opening = search(walk, report, patient)
    appointment = book(walk, report, patient, episode, opening)
    rival(walk, report, opening)
    start = datetime.fromisoformat(opening["start"])
    called_off = call_off(walk, report, start)
    target = walk.staff["clinician"].get(f"episodes/{episode}/")["targets"][0]["id"]
    return Booked(patient, episode, str(target), appointment, start, called_off)


def register(walk: Walk, report: Report, name: str, number: str) -> dict[str, Any]:
    body = {
        "given_name": name,
        "family_name": "Smoke",
        "birth_date": "1964-05-06",
        "phone": f"+1713{number}",
        "language": "en",
        "sms_consent": True,
    }
    reply = walk.staff["coordinator"].post("patients/", body)
    found: dict[str, Any] = report.expect(f"{name} is registered", reply, 201)
    return found


def consult(walk: Walk, report: Report, patient: str) -> str:
    coordinator = walk.staff["coordinator"]
    body = {"patient": patient, "targets": [TARGET]}
    opened = coordinator.post("episodes/", body)
    episode = report.expect("an episode is open", opened, 201)["id"]
    reply = walk.act(episode, "evaluate", "clinician", EVALUATION)
    report.expect("the clinician has evaluated", reply, 200)
    return str(episode)


def refused_before_approval(
    walk: Walk, report: Report, patient: dict[str, Any], episode: str
) -> None:
    body = {
        "patient": patient["id"],
        "visit_type": PROCEDURE,
        "episode": episode,
        "start": (walk.at(9) + timedelta(days=2)).isoformat(),
    }
    reply = walk.staff["coordinator"].post("appointments/", body)
    report.expect("a procedure before approval is refused", reply, 409, "refused")
    report.check("the refusal says why", reply["reasons"], reply.body)


def approve(walk: Walk, report: Report, episode: str) -> None:
    data = {"outcome": "approved", "rationale": "Moderate disease, nothing against it."}
    reply = walk.act(episode, "decide", "clinician", data)
    body = report.expect("the decision is signed", reply, 200)
    report.check("the episode is approved", body["stage"] == "approved", body)


def search(walk: Walk, report: Report, patient: dict[str, Any]) -> dict[str, Any]:
    first = walk.today + timedelta(days=2)
    reply = walk.staff["coordinator"].get(
        "openings/",
        visit_type=PROCEDURE,
        patient=patient["id"],
        **{"from": first.isoformat(), "to": (first + timedelta(days=14)).isoformat()},
        earliest="09:00",
        limit=5,
    )
    openings = report.expect("openings are found", reply, 200)["openings"]
    report.check("there are five, the first first", len(openings) == 5, reply.body)
    phases = {p["name"] for p in openings[0]["phases"]}
    report.check("each has its phases and resources", len(phases) >= 4, openings[0])
    chosen: dict[str, Any] = openings[0]
    return chosen


def book(
    walk: Walk,
    report: Report,
    patient: dict[str, Any],
    episode: str,
    opening: dict[str, Any],
) -> dict[str, Any]:
    body = {
        "patient": patient["id"],
        "visit_type": PROCEDURE,
        "episode": episode,
        "start": opening["start"],
        "clinician": clinician_of(opening),
    }
    coordinator, key = walk.staff["coordinator"], f"smoke-{episode}"
    booked = coordinator.post("appointments/", body, key)
    first = report.expect("the procedure is booked", booked, 201)
    again = coordinator.post("appointments/", body, key)
    same = again.status == 201 and again["id"] == first["id"]
    report.check("the same key gives the same booking", same, again.body)
    kept: dict[str, Any] = first
    return kept


def clinician_of(opening: dict[str, Any]) -> int:
    named = (r for p in opening["phases"] for r in p["resources"])
    found: int = next(r["id"] for r in named if r["kind"] == "clinician")
    return found


def rival(walk: Walk, report: Report, opening: dict[str, Any]) -> None:
    patient = register(walk, report, "Rivka", "5550197")
    episode = consult(walk, report, patient["id"])
    approve(walk, report, episode)
    body = {
        "patient": patient["id"],
        "visit_type": PROCEDURE,
        "episode": episode,
        "start": opening["start"],
        "clinician": clinician_of(opening),
    }
    reply = walk.staff["coordinator"].post("appointments/", body)
    report.expect("a rival for the same time is refused", reply, 409, "slot-taken")
    report.check("and is offered alternatives", reply["alternatives"], reply.body)


def call_off(walk: Walk, report: Report, start: datetime) -> dict[str, Any]:
    """A consultation on the procedure's day, booked and cancelled again."""
    patient = register(walk, report, "Cora", "5550196")
    coordinator = walk.staff["coordinator"]
    day = start.astimezone(walk.zone).date()
    found = coordinator.get(
        "openings/",
        visit_type="consultation",
        **{"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()},
        limit=1,
    )
    body = {
        "patient": patient["id"],
        "visit_type": "consultation",
        "start": found["openings"][0]["start"],
    }
    booked = coordinator.post("appointments/", body)
    visit = report.expect("a consultation is booked", booked, 201)
    cancelled = coordinator.post(
        f"appointments/{visit['id']}/cancel/",
        {"version": visit["version"], "reason": "patient_request"},
    )
    report.expect("and cancelled", cancelled, 200)
    return patient
