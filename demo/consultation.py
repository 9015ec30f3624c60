"""A case's way to its decision: first call, consultation, evaluation, decision."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from demo.cases import DemoCase
from demo.path import DemoPatient, Path
from demo.people import DemoClinic
from demo.timeline import Timeline

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


def begin(world: DemoClinic, timeline: Timeline, case: DemoCase) -> Path:
    """The patient of `case`, registered on the day the consultation is booked."""
    patient, assumed = case.facts["patient"], case.replay
    person = DemoPatient(
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
    path.open(booked, *targets(case))
    return path


def targets(case: DemoCase) -> list[dict[str, str]]:
    """Targets of the treatment; several structures where the replay names them."""
    facts = case.facts["target"]
    structures = case.replay.get("structures", [facts["structure"]])
    place = {name: facts[name] for name in ("joint", "laterality")}
    return [{**place, "structure": structure} for structure in structures]


def consult(path: Path, case: DemoCase) -> None:
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


def decide(path: Path, case: DemoCase) -> None:
    """The signed decision, and the end of the consultation."""
    times = case.replay["consultation"]
    at = case.at(times["decided"])
    path.act(at, "decide", "clinician", case.replay["decision"])
    path.visit(case.at(times["ended"]), "check_in", "consultation", by="nurse")
    path.visit(case.at(times["ended"]), "fulfil", "consultation", by="nurse")


def evaluation(
    case: DemoCase, found: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """The answers of the act `evaluate`, from the case and what it assumes.

    `found` is what a later evaluation found besides, or instead.
    """
    patient, known = case.facts["patient"], case.facts["target"]
    assumed = {**case.replay["evaluation"], **found}
    finding = {
        "icd10": known["icd10"],
        **_grades(case),
        "imaging_modality": assumed["imaging_modality"],
        "imaging_on": case.on(assumed["imaging_on"]).isoformat(),
    }
    return {
        **{name: assumed[name] for name in AS_ASSUMED},
        "findings": [finding] * len(targets(case)),
        "height_cm": patient["height_cm"],
        "weight_kg": str(patient["weight_kg"]),
        "nrs": _baseline(case)["NRS"],
        "medications": [
            {**row, "last_dose_on": case.on(row["last_dose_on"]).isoformat()}
            for row in assumed["medications"]
        ],
        "labs": labs(case),
        **_infection(case, assumed),
    }


def _grades(case: DemoCase) -> dict[str, Any]:
    """The case's own grade, or as the replay says it in our words."""
    if "grades" in case.replay["evaluation"]:
        grades: dict[str, Any] = case.replay["evaluation"]["grades"]
        return grades
    return {"grade_kl": int(case.facts["target"]["grade"].removeprefix("KL "))}


def _baseline(case: DemoCase) -> dict[str, Any]:
    first: dict[str, Any] = case.facts["outcomes"][0][2]
    return first


def labs(case: DemoCase) -> list[dict[str, str]]:
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


def _infection(case: DemoCase, assumed: Mapping[str, Any]) -> dict[str, str]:
    measured = case.facts["labs"]
    temperature = measured.get(f"{VITAL_SIGN} Temp C", assumed.get("temperature_c"))
    found = {"temperature_c": str(temperature)}
    if "infection_site" in assumed:
        found["infection_site"] = assumed["infection_site"]
    if "antibiotics_until" in assumed:
        until = case.on(assumed["antibiotics_until"])
        found["antibiotics_until"] = until.isoformat()
    return found
