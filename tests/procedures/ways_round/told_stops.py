"""Answers of an act that are a stop, and whose scan was held up."""

from collections.abc import Iterator
from datetime import timedelta

from tests.procedures.ways_round.told import Answers, Attempt, Path, day_of, ml

FEVER = 38
STEROID_FREE = ANTIBIOTIC_FREE = timedelta(days=14)
NSAID_FREE = timedelta(days=7)


def stops_in(path: Path, a: Attempt) -> Iterator[str]:
    """Every HARD finding that somebody told with this act."""
    told = TOLD.get(a.act)
    yield from told(path, a) if told else ()


def _of_the_morning(path: Path, a: Attempt) -> Iterator[str]:
    if ml(a.data.get("temperature_c")) >= FEVER:
        yield "fever"
    if a.data.get("infection_signs"):
        yield "infection"
    if a.data.get("pregnancy_test") == "positive":
        yield "pregnant"
    for dose in a.data.get("last_doses", ()):
        kind = path.drug_class(dose["drug"], dose["drug_class"])
        ago = day_of(a.at) - day_of(dose["last_dose_at"])
        if kind == "systemic_steroid" and ago < STEROID_FREE:
            yield "steroid"
        if kind == "antibiotic" and ago < ANTIBIOTIC_FREE:
            yield "antibiotic"


def _of_the_visit(path: Path, a: Attempt) -> Iterator[str]:
    yield from _of_findings(a.data)


def _of_findings(data: Answers) -> Iterator[str]:
    if ml(data.get("temperature_c")) >= FEVER:
        yield "fever"
    if data.get("active_infection"):
        yield "infection"
    if data.get("pregnant"):
        yield "pregnant"


def _of_the_joint(path: Path, a: Attempt) -> Iterator[str]:
    if a.data.get("effusion_appearance") in ("cloudy", "purulent"):
        yield "purulent"


def _of_the_pause(path: Path, a: Attempt) -> Iterator[str]:
    if a.data.get("infection_absent") is False:
        yield "infection"


def _of_a_correction(path: Path, a: Attempt) -> Iterator[str]:
    values = a.data["values"]
    if a.data["record"] in ("vitals", "evaluation"):
        yield from _of_findings(values)
    if values.get("effusion_appearance") in ("cloudy", "purulent"):
        yield "purulent"


TOLD = {
    "check_in": _of_the_morning,
    "inject": _of_the_joint,
    "time_out": _of_the_pause,
    "evaluate": _of_the_visit,
    "correct": _of_a_correction,
}


def read(text: str) -> str:
    """Return what a scanner meant: no prefix, no blanks, once."""
    bare = text.strip().upper()
    if bare.startswith("]"):
        bare = bare[3:]
    half = len(bare) // 2
    return bare[:half] if bare and bare[:half] == bare[half:] else bare


def scanned(path: Path, a: Attempt) -> Iterator[tuple[str, str]]:
    """(what was read, what it ought to be) of the act's scans."""
    data = a.data
    concentrate = path.concentrate_code
    if a.act == "hand_off" and data.get("kind") != "resolve":
        early = data.get("kind") in ("H1", "H2", "H3")
        yield read(data.get("patient_scan", "")), path.mrn
        own = path.aspirate_code if early else concentrate
        yield read(data.get("container_scan", "")), own
    elif a.act == "inject" or (a.act == "time_out" and path.product):
        yield read(data.get("patient_scan", "")), path.mrn
        yield read(data.get("product_scan", "")), concentrate
    elif a.act == "release":
        yield read(data.get("product_scan", "")), concentrate
