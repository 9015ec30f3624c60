"""A case's way to its decision: first call, consultation, evaluation, decision."""

from datetime import date
from typing import Any

from pages.demo.cases import Case
from pages.demo.path import Path, Person
from pages.demo.people import World
from pages.demo.timeline import Timeline

# The case's laboratory keys are LOINC codes followed by the test's name.
VITAL_SIGN = "8310-5"
AS_ASSUMED = (
    "symptom_months",
    "conservative_weeks",
    "asa_class",
    "active_infection",
    "allergies",
    "prom_instrument",
    "prom_items",
    "history",
)


def begin(world: World, timeline: Timeline, case: Case) -> Path:
    """The patient of `case`, registered on the day the consultation is booked."""
    patient, assumed = case.facts["patient"], case.replay
    person = Person(
        given_name=assumed["given_name"],
        family_name=assumed["family_name"],
        birth_date=date.fromisoformat(patient["dob"]),
        phone=patient["phone"],
        email=patient["email"],
        mrn=patient["mrn"],
        biological_sex=patient["biological_sex"],
        language=patient["lang"],
        sms_consent=patient["sms_consent"],
    )
    path = Path(world, timeline, person)
    booked = case.at(assumed["consultation"]["booked"])
    path.register(booked)
    path.open(booked, target(case))
    return path


def target(case: Case) -> dict[str, str]:
    facts = case.facts["target"]
    return {name: facts[name] for name in ("joint", "structure", "laterality")}


def consult(path: Path, case: Case) -> None:
    """Book, arrive, evaluate; the decision is the case's own."""
    times = case.replay["consultation"]
    path.book(
        case.at(times["booked"]),
        times["visit_type"],
        case.at(times["start"]),
        "consultation",
    )
    path.visit(case.at(times["arrived"]), "arrive", "consultation")
    path.act(case.at(times["evaluated"]), "evaluate", "clinician", evaluation(case))


def decide(path: Path, case: Case) -> None:
    """The signed decision, and the end of the consultation."""
    times = case.replay["consultation"]
    at = case.at(times["decided"])
    path.act(at, "decide", "clinician", case.replay["decision"])
    path.visit(case.at(times["ended"]), "check_in", "consultation", by="nurse")
    path.visit(case.at(times["ended"]), "fulfil", "consultation", by="nurse")


def evaluation(case: Case) -> dict[str, Any]:
    """The answers of the act `evaluate`, from the case and what it assumes."""
    patient, known, assumed = (
        case.facts["patient"],
        case.facts["target"],
        case.replay["evaluation"],
    )
    finding = {
        "icd10": known["icd10"],
        "grade_kl": int(known["grade"].removeprefix("KL ")),
        "imaging_modality": assumed["imaging_modality"],
        "imaging_on": case.on(assumed["imaging_on"]).isoformat(),
    }
    return {
        **{name: assumed[name] for name in AS_ASSUMED},
        "findings": [finding],
        "height_cm": patient["height_cm"],
        "weight_kg": str(patient["weight_kg"]),
        "nrs": _baseline(case)["NRS"],
        "medications": [_medication(case, row) for row in assumed["medications"]],
        "labs": labs(case),
        **_infection(case),
    }


def _baseline(case: Case) -> dict[str, Any]:
    first: dict[str, Any] = case.facts["outcomes"][0][2]
    return first


def _medication(case: Case, row: dict[str, str]) -> dict[str, str]:
    return {**row, "last_dose_on": case.on(row["last_dose_on"]).isoformat()}


def labs(case: Case) -> list[dict[str, str]]:
    collected_on = case.on(case.replay["evaluation"]["labs_on"]).isoformat()
    return [
        {
            "loinc": key.partition(" ")[0],
            "value": str(value),
            "collected_on": collected_on,
        }
        for key, value in case.facts["labs"].items()
        if not key.startswith(VITAL_SIGN)
    ]


def _infection(case: Case) -> dict[str, str]:
    assumed, measured = case.replay["evaluation"], case.facts["labs"]
    temperature = measured.get(f"{VITAL_SIGN} Temp C", assumed.get("temperature_c"))
    found = {"temperature_c": str(temperature)}
    if "infection_site" in assumed:
        found["infection_site"] = assumed["infection_site"]
        until = case.on(assumed["antibiotics_until"])
        found["antibiotics_until"] = until.isoformat()
    return found
