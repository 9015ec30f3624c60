"""Judges of corrections: who may, with whom, and what they may not undo."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.procedures.ways_round import judging_day, judging_visit
from tests.procedures.ways_round.told import Attempt, Path, ml

Wrong = Iterator[tuple[str, str]]


def maker_of(path: Path, kind: str, values: dict) -> Any:
    """The id of whoever made that record."""
    if kind == "evaluation":
        return path.evaluation_maker
    if kind == "vitals":
        return path.checked_in_by
    if kind == "harvest":
        return path.harvest.maker
    if kind == "processing":
        return path.product.maker
    return path.injections[values["target"]].maker


def correct(path: Path, a: Attempt) -> Wrong:
    kind, values = a.data["record"], a.data["values"]
    if a.by.id != maker_of(path, kind, values) and not a.has_two:
        yield f"B9 {kind} corrected by a stranger alone", f"by the {a.by.role}"
    released = bool(path.product and path.product.released_at)
    if kind != "evaluation" and released and not a.has_doctor:
        yield f"B9 {kind} corrected after release", "no physician was there"
    if path.discharged_at and not a.has_two:
        yield f"B9 finished {kind} retouched alone", f"by the {a.by.role}"
    if a.data.get("kit_unused") and not a.has_two:
        yield "B18 kit freed by one alone", "nobody else saw it unopened"
    yield from CHECKS[kind](path, a, values)


def _evaluation(path: Path, a: Attempt, values: dict) -> Wrong:
    yield from judging_visit.answers_of_a_visit(path, values)


def _harvest(path: Path, a: Attempt, values: dict) -> Wrong:
    yield from judging_day.drawn(path, values)
    pause = path.pauses.get(1)
    if pause and not pause.at <= values["start_at"] <= (
        pause.at + judging_day.PAUSE_LASTS
    ):
        yield "INV-09 corrected out of its time-out", f"{values['start_at']:%H:%M}"
    if values["end_at"] > a.now:
        yield "INV-10 future", "corrected into the future"
    if path.product and values["end_at"] > path.product.start:
        yield "INV-10 corrected harvest", "ends after its processing starts"


def _processing(path: Path, a: Attempt, values: dict) -> Wrong:
    yield from judging_day.at_the_bench(path, values)
    product = path.product
    if values["end_at"] > a.now:
        yield "INV-10 future", "corrected into the future"
    if product.released_at and values["end_at"] > product.released_at:
        yield "INV-10 corrected processing", "ends after its release"
    given = sum((i.volume for i in path.injections.values()), Decimal(0))
    used = given + ml(values.get("qc_retained_ml"))
    if used > ml(values["bmc_ml"]) + judging_day.A_LITTLE:
        yield "INV-03 corrected", f"{used} mL used of {values['bmc_ml']} mL"


def _injection(path: Path, a: Attempt, values: dict) -> Wrong:
    yield from judging_day.given(path, values)
    if values["end_at"] > a.now:
        yield "INV-10 future", "corrected into the future"
    old = path.injections[values["target"]]
    used = path.used - old.volume + ml(values["volume_ml"])
    if used > path.product.bmc + judging_day.A_LITTLE:
        yield "INV-03 corrected", f"{used} mL used of {path.product.bmc} mL"


def _vitals(path: Path, a: Attempt, values: dict) -> Wrong:
    if ml(values["diastolic_mmhg"]) >= ml(values["systolic_mmhg"]):
        yield "VITALS impossible", "the lower pressure is the higher"


def enter_in_error(path: Path, a: Attempt) -> Wrong:
    if not a.has_two:
        yield "B13 struck alone", f"{a.data['record']} by the {a.by.role}"
    released = bool(path.product and path.product.released_at)
    if released and not a.has_doctor:
        yield "B13 struck after release", "no physician was there"


def lift_stop(path: Path, a: Attempt) -> Wrong:
    if not a.has_two or not a.has_doctor:
        yield "B8 stop lifted by one alone", "a physician and a second person"


def must_call(path: Path, a: Attempt) -> str:
    """The code of an act after which somebody must be asked to look; else empty."""
    if a.act == "respond":
        flag = ml(a.data.get("nrs")) >= 9 or ml(a.data.get("temperature_c")) > 38
        return "INV-18 red flag" if flag else ""
    if a.act != "correct":
        return ""
    kind, values = a.data["record"], a.data["values"]
    given = bool(path.injections)
    if kind == "processing" and given and path.product and not path.product.held:
        return "B9 injected product held" if judging_day.is_held(values) else ""
    if kind == "injection" and values.get("effusion_appearance") == "purulent":
        return "B9 purulent by correction"
    if kind == "evaluation" and values.get("active_infection") and path.approved:
        return "B9 infection by correction"
    return ""


CHECKS = {
    "vitals": _vitals,
    "evaluation": _evaluation,
    "harvest": _harvest,
    "processing": _processing,
    "injection": _injection,
}
