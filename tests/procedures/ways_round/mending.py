"""Corrections of records, as people make and misuse them."""

from typing import Any

from procedures import models
from procedures.models import Episode
from tests.procedures.ways_round.right import Step, gs1, kit
from tests.procedures.ways_round.told import Answers, Kit, Path

TABLES = {
    "evaluation": "evaluations",
    "harvest": "harvests",
    "processing": "processings",
    "injection": "injections",
    "vitals": "vitalssets",
}
STRUCK = {
    "evaluation": "evaluations",
    "decision": "decisions",
    "consent": "consents",
    "check_in": "checkins",
    "time_out": "timeouts",
    "harvest": "harvests",
    "hand_off": "handoffs",
    "processing": "processings",
    "release": "releases",
    "injection": "injections",
    "disposition": "dispositions",
    "discharge": "discharges",
}
# Words, kind of record, and what is told otherwise.
CHANGES: list[tuple[str, str, Answers]] = [
    ("nothing", "evaluation", {}),
    ("no infection after all", "evaluation", {"active_infection": False}),
    ("36.9 after all", "evaluation", {"temperature_c": 36.9}),
    ("no allergy", "evaluation", {"allergies": ["none_known"]}),
    ("no drugs", "evaluation", {"medications": []}),
    ("an infection", "evaluation", {"active_infection": True}),
    ("vitals 38.4", "vitals", {"temperature_c": 38.4}),
    ("vitals 36.9", "vitals", {"temperature_c": 36.9}),
    ("nothing", "harvest", {}),
    ("earlier first draw", "harvest", {"earlier": True}),
    ("heparin", "harvest", {"anticoagulant": "heparin_sodium"}),
    ("less drawn", "harvest", {"aliquots_ml": [5] * 8}),
    ("nothing", "processing", {}),
    ("no enzyme", "processing", {"additives": [], "manipulations": ["centrifugation"]}),
    ("viability 95", "processing", {"viability_pct": 95, "clots": False}),
    ("enzyme", "processing", {"additives": ["enzyme"]}),
    ("less concentrate", "processing", {"bmc_ml": 5}),
    ("more kept", "processing", {"qc_retained_ml": 3}),
    ("another kit", "processing", {"kit": "fresh"}),
    ("a used kit", "processing", {"kit": "used"}),
    ("nothing", "injection", {}),
    ("more given", "injection", {"volume_ml": 9}),
    ("purulent", "injection", {"effusion_appearance": "purulent"}),
]
BY = (
    ("technician", ""),
    ("technician2", ""),
    ("technician2", "nurse"),
    ("technician2", "clinician"),
    ("technician", "clinician"),
    ("clinician", ""),
    ("clinician2", ""),
    ("clinician2", "nurse"),
)

MAKERS = {"vitals": "nurse", "processing": "technician"}


def people(kind: str, which: int) -> tuple[str, str]:
    """Choose its maker or a peer, alone, with a nurse or with a doctor."""
    who = MAKERS.get(kind, "clinician")
    second = ("", "", "nurse2", "medical_director")[which // 2 % 4]
    return (who if which % 2 else f"{who}2", second)


def correction(
    ground, path: Path, change: tuple[str, str, Answers], people: tuple[str, str]
) -> Step | None:
    """The act as last told, with the change; None while there is no such record."""
    words, kind, changes = change
    last = ground.world.last.get((path.name, kind))
    row = current(ground, path, TABLES[kind])
    if last is None or row is None:
        return None
    values = {**last, **changes}
    if values.pop("earlier", False):
        # As early as its time-out allows.
        values["first_aliquot_at"] = values["start_at"]
    box = other_box(ground, path, values.pop("kit", ""))
    if box:
        values["kit_udi"] = gs1(box)
    data: Answers = {
        "record": kind,
        "record_id": str(row.pk),
        "reason": "It was typed wrongly on the day.",
        "values": values,
    }
    if box:
        data["kit_unused"] = True
    return Step("correct", data, *people, kit=box, words=f"{kind}: {words}")


def other_box(ground, path: Path, which: str) -> Any:
    """The Kit that is said to have been used instead, if another is."""
    if which == "fresh":
        return ground.team.fresh()
    keys = [key for key, name in ground.world.used.items() if name != path.name]
    if which == "used" and keys:
        gtin, lot, serial = keys[0]
        return Kit(gtin, lot, serial, kit(1).expires_on)
    return None


def struck(ground, path: Path, kind: str, people: tuple[str, str]) -> Step | None:
    """The latest record of that kind, said never to have been."""
    row = current(ground, path, STRUCK[kind])
    if row is None:
        return None
    data = {
        "record": kind,
        "record_id": str(row.pk),
        "reason": "It is another patient's record.",
    }
    return Step("enter_in_error", data, *people, words=kind)


def lifted(ground, path: Path, people: tuple[str, str]) -> Step | None:
    """The oldest stop that stands in the product's own list."""
    rows = getattr(models, "Stop", None)
    found = rows and rows.objects.filter(lift=None, episode=ground.episodes[path.name])
    row = found.order_by("recorded_at").first() if found else None
    if row is None:
        return None
    data = {
        "stop": str(row.pk),
        "mistaken": True,
        "reason": "The thermometer was broken; measured again.",
        "contradiction": "Measured twice with another one.",
    }
    return Step("lift_stop", data, *people, about=row.rule, words=row.rule)


def current(ground, path: Path, rows: str):
    found = getattr(Episode.objects.get(pk=ground.episodes[path.name]), rows)
    return found.filter(superseded_at=None).order_by("recorded_at").last()
