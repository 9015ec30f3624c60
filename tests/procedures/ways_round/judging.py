"""The invariants, said once more and differently: may this act have been accepted?

Each judge looks at what was told before and at the act, and yields (code, sentence)
for each invariant that the act would break. Refusals are nobody's business here.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from tests.procedures.ways_round import judging_corrections, judging_visit
from tests.procedures.ways_round.judging_day import (
    discharge,
    harvest,
    inject,
    not_done,
    process,
    release,
    time_out,
)
from tests.procedures.ways_round.told import Attempt, Path
from tests.procedures.ways_round.told_stops import scanned, stops_in

Wrong = Iterator[tuple[str, str]]
# A correction gives a reason of its own, a patient answers when they like.
RESPITE = ("correct", "enter_in_error", "respond")
LATE = timedelta(minutes=30)
BLOCKED = ("check_in", "harvest", "inject")
ON_THE_LINE = ("time_out", "harvest", "hand_off", "process", "release", "inject")
DOCTOR = ("clinician", "medical_director")
WHO = {
    "evaluate": DOCTOR,
    "decide": DOCTOR,
    "override": DOCTOR,
    "consent": DOCTOR,
    "harvest": DOCTOR,
    "inject": DOCTOR,
    "abort": DOCTOR,
    "lift_stop": DOCTOR,
    "complete": DOCTOR,
    "check_in": (*DOCTOR, "nurse"),
    "discharge": (*DOCTOR, "nurse"),
    "process": ("technician",),
    "release": (*DOCTOR, "technician"),
}
OVER = ("withdrawn", "aborted", "completed")


def judge(path: Path, a: Attempt) -> Wrong:
    """Every invariant this accepted act broke."""
    yield from _anybody(a)
    yield from _late(path, a)
    yield from _stopped(path, a)
    yield from _line(path, a)
    one = JUDGES.get(a.act)
    if one:
        yield from one(path, a)


def _anybody(a: Attempt) -> Wrong:
    if a.act in WHO and a.by.role not in WHO[a.act]:
        yield "ROLE", f"a {a.by.role} did {a.act}"
    if a.second and a.second.id == a.by.id:
        yield "INV-12 second person is the first", "nobody verifies for themselves"


def _late(path: Path, a: Attempt) -> Wrong:
    moments = [a.at, *(a.data[n] for n in ("start_at", "end_at") if n in a.data)]
    if max(moments) > a.now:
        yield "INV-10 future", f"{max(moments)} has not been yet"
    told = a.data.get("end_at", a.at)
    if a.act not in RESPITE and a.now - told > LATE and not a.late_reason:
        yield "B16 late without reason", f"entered {a.now - told} later, no word why"


def _stopped(path: Path, a: Attempt) -> Wrong:
    approves = a.act == "decide" and a.data["outcome"].startswith("approved")
    if a.act in BLOCKED or approves:
        for kind in stops_in(path, a):
            yield f"INV-06 {kind} accepted", f"{a.act} with {kind} in its answers"
        for stop in path.standing:
            if a.act == "harvest" and a.data["start_at"] < stop.told_at:
                continue  # it had begun, and is told
            text = f"{stop.kind} was told at {stop.told_at:%H:%M}, nothing lifted it"
            yield f"B8 {stop.kind} then {a.act}", text


def _line(path: Path, a: Attempt) -> Wrong:
    is_resolution = a.act == "hand_off" and a.data["kind"] == "resolve"
    if is_resolution:
        if not a.has_two:
            yield "INV-01 resolved alone", "a mismatch takes two people"
        return
    if a.act in ON_THE_LINE and path.incident:
        code = "INV-01 went on over a mismatch"
        if path.incident != path.name:
            code = "B17 the other patient went on"
        yield code, f"the mismatch at {path.incident} is not resolved"
    for got, own in scanned(path, a):
        if got != own:
            yield "INV-01 foreign scan", f"{got} was scanned, {own} belongs here"


JUDGES: dict[str, Callable[[Path, Attempt], Wrong]] = {
    "evaluate": judging_visit.evaluate,
    "decide": judging_visit.decide,
    "override": judging_visit.override,
    "consent": judging_visit.consent,
    "book": judging_visit.book,
    "check_in": judging_visit.check_in,
    "time_out": time_out,
    "harvest": harvest,
    "process": process,
    "release": release,
    "inject": inject,
    "discharge": discharge,
    "not_done": not_done,
    "correct": judging_corrections.correct,
    "enter_in_error": judging_corrections.enter_in_error,
    "lift_stop": judging_corrections.lift_stop,
}
