"""The next right act of a path: what a careful team would do and say now."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from tests.factories import procedures as make
from tests.factories.procedure_day import CALM
from tests.procedures.ways_round.told import Answers, Kit, Path, day_of

GTIN = "09520000000011"
ON = "2026-09-15"
ITEMS = (
    "identity_confirmed",
    "site_and_side_agree",
    "consent_matches",
    "position_correct",
    "images_displayed",
    "allergies_reviewed",
    "infection_absent",
    "equipment_ready",
)
CHECKS = (
    "harvest_site_dry",
    "neurovascular_intact",
    "walked",
    "teach_back",
    "emergency_number_given",
)
# How long each act takes somebody, in minutes.
TAKES = {"harvest": 16, "process": 18, "inject": 7, "discharge": 35, "time_out": 2}
SHORT = 1


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@dataclass
class Step:
    """One act about to be tried; a twist changes it before it is."""

    act: str
    data: Answers = field(default_factory=dict)
    by: str = "clinician"
    second: str = ""
    at: datetime | None = None
    late_reason: str = ""
    kit: Any = None  # Kit
    about: str = ""
    words: str = ""


def gs1(kit: Kit) -> str:
    """The label's text as a scanner sends it, its separator included."""
    expiry = f"{kit.expires_on:%y%m%d}"
    return f"01{kit.gtin}17{expiry}10{kit.lot}\x1d21{kit.serial}"


def dropped(kit: Kit) -> str:
    """The same from a keyboard scanner that loses the separator (B1)."""
    return gs1(kit).replace("\x1d", "")


def reordered(kit: Kit) -> str:
    """Serial first, behind a symbology prefix."""
    expiry = f"{kit.expires_on:%y%m%d}"
    return f"]d201{kit.gtin}21{kit.serial}\x1d10{kit.lot}\x1d17{expiry}"


def typed(kit: Kit) -> str:
    expiry = f"{kit.expires_on:%y%m%d}"
    return f"(01){kit.gtin}(17){expiry}(10){kit.lot}(21){kit.serial}"


def kit(number: int, expires_on: date = date(2028, 3, 31)) -> Kit:
    return Kit(GTIN, "K26B-000121S7", f"{number:03d}", expires_on)


@dataclass
class Team:
    """The people of a run, and the next unused kit."""

    ids: dict[str, int]
    boxes: Any = field(default_factory=lambda: count(1))

    def fresh(self) -> Kit:
        return kit(next(self.boxes))


def next_step(path: Path, stage: str, now: datetime, team: Team) -> Step | None:
    """None where nothing is left to do."""
    if path.incident == path.name:
        return resolve()
    step = NEXT.get(stage)
    return step(path, now, team) if step else None


def resolve() -> Step:
    text = "The neighbour's syringe was on the tray; it was taken away."
    data = {"kind": "resolve", "resolution": text}
    return Step("hand_off", data, "nurse", "clinician")


def evaluate(path: Path, **changes: Any) -> Step:
    rows = []
    for own, side in path.targets.items():
        code = {"right": "M17.11", "left": "M17.12"}[side]
        row = {"target": own, "icd10": code, "grade_kl": 3}
        rows.append({**row, "imaging_modality": "radiograph"})
    return Step("evaluate", {**make.evaluation(), "findings": rows, **changes})


def decide(path: Path, outcome: str = "approved") -> Step:
    return Step("decide", make.decision(outcome))


def consent(path: Path, team: Team) -> Step:
    return Step(
        "consent",
        {
            "consent_type": "procedure",
            "document_id": "consent-procedure",
            "document_version": "3",
            "document_sha256": make.SHA,
            "targets": [
                {"target": own, "laterality": side}
                for own, side in path.targets.items()
            ],
            "harvest_sites": ["posterior_iliac_crest_psis"],
            "proceduralist": team.ids["clinician"],
            "signer_name": "Marisol Testcase",
        },
    )


def prepare(item: str) -> Step:
    return Step("prepare", {"item": item, "state": "done"}, "nurse")


def override(
    rule: str, valid_on: date | None = None, last_dose_at: datetime | None = None
) -> Step:
    text = "The prescriber's written plan is in the file."
    data: Answers = {"rule": rule, "reason": text}
    if last_dose_at:
        data["last_dose_at"] = last_dose_at
    if valid_on:
        data["valid_on"] = valid_on
    return Step("override", data, "clinician", "medical_director")


def _decision(path: Path, now: datetime, team: Team) -> Step:
    return decide(path) if path.evaluation else evaluate(path)


def _book(path: Path, now: datetime, team: Team) -> Step:
    start = now - minutes(now.minute % 15) + minutes(15)
    return Step("book", {"start": start}, "coordinator")


def _open_items(path: Path, now: datetime, team: Team) -> Step:
    agreed = path.consent and not path.consent.revoked_at
    if not agreed or path.consent.targets != set(path.targets):
        return consent(path, team)
    items = ("medication_plan", "estimate", "labs")
    return prepare(items[now.minute % 3])


def _check_in(path: Path, now: datetime, team: Team) -> Step:
    data: Answers = {
        "identifiers": ["name", "birth_date"],
        "infection_signs": False,
        "pregnancy_test": "negative" if path.sex != "male" else "not_applicable",
        "medication_since": False,
        "conditions_met": True,
        **CALM,
    }
    known = (path.evaluation or {}).get("medications", ())
    doses = [
        {
            "drug": one["name"],
            "drug_class": one["drug_class"],
            "last_dose_at": now - timedelta(days=20),
        }
        for one in known
    ]
    if path.sex != "male":
        data["pregnancy_test_at"] = now - minutes(5)
    return Step("check_in", {**data, "last_doses": doses}, "nurse")


def time_out(path: Path, now: datetime, team: Team) -> Step:
    data: Answers = dict.fromkeys(ITEMS, True)
    data |= {"conditions_met": True, "allergy_precautions": True}
    if path.product:
        data |= {"patient_scan": path.mrn, "product_scan": path.concentrate_code}
    else:
        data["site_marks"] = [
            {"target": own, "laterality": side, "marked_at": now - minutes(2)}
            for own, side in path.targets.items()
        ]
    return Step("time_out", data, "clinician", "nurse")


def _harvest(path: Path, now: datetime, team: Team) -> Step:
    pause = path.pauses.get(1)
    if pause is None or now - pause.at > minutes(40):
        return time_out(path, now, team)
    start = pause.at + minutes(1)
    data = {
        "start_at": start,
        # The first draw some minutes after the start: a correction may say earlier.
        "first_aliquot_at": start + minutes(6),
        "end_at": max(min(now, start + minutes(18)), start + minutes(7)),
        "position": "prone",
        "site": "posterior_iliac_crest_psis",
        "side": "left",
        "guidance": "ultrasound",
        "needle_gauge": 11,
        "needle_length_mm": 100,
        "anaesthetics": [{"agent": "ropivacaine", "percent": "0.5", "volume_ml": 10}],
        "anticoagulant": "acd_a",
        "anticoagulant_ml": 8,
        "aliquots_ml": [5] * 12,
    }
    return Step("harvest", data)


def _to_the_bench(path: Path, now: datetime, team: Team) -> Step:
    for kind in ("H1", "H2"):
        if kind not in path.hand_offs:
            return hand_off(path, kind)
    return process(path, now, team)


def hand_off(path: Path, kind: str) -> Step:
    early = kind in ("H1", "H2", "H3")
    data = {
        "kind": kind,
        "patient_scan": path.mrn,
        "container_scan": path.aspirate_code if early else path.concentrate_code,
        "device": "scanner 1",
        "labelled_in_presence": kind == "H1",
    }
    return Step("hand_off", data, "technician")


def process(path: Path, now: datetime, team: Team) -> Step:
    box = team.fresh()
    start = max(path.harvest.end + minutes(1), now - minutes(16))
    data = {
        "start_at": start,
        "end_at": max(now, start + minutes(1)),
        # One machine each, unless a twist brings two together.
        "centrifuge": "CF-01" if path.name == "A" else "CF-02",
        "kit_udi": gs1(box),
        "spin_minutes": 14,
        "input_ml": path.harvest.drawn + path.harvest.anticoagulant,
        "bmc_ml": "7.5",
        "ppp_ml": 20,
        "waste_ml": 40,
        "qc_retained_ml": "0.5",
        "viability_pct": 95,
        "manipulations": ["centrifugation"],
    }
    return Step("process", data, "technician", kit=box)


def _release(path: Path, now: datetime, team: Team) -> Step:
    data = {"product_scan": path.concentrate_code, "label_checked": True}
    return Step("release", data, "technician", "nurse")


def _inject(path: Path, now: datetime, team: Team) -> Step:
    pause, last = path.pauses.get(2), path.last_injection
    if pause is None or now - pause.at > minutes(20):
        return time_out(path, now, team)
    start = max(filter(None, (pause.at, last))) + minutes(1)
    left = [own for own in path.targets if own not in path.injections]
    own = (left or list(path.targets))[0]
    data = {
        "target": own,
        "laterality": path.targets[own],
        "patient_scan": path.mrn,
        "product_scan": path.concentrate_code,
        "start_at": start,
        "end_at": max(min(now, start + minutes(5)), start + minutes(1)),
        "guidance": "ultrasound_in_plane",
        "approach": "superolateral suprapatellar",
        "needle_gauge": 22,
        "needle_length_mm": 50,
        "volume_ml": 7 if len(path.targets) == 1 else "3.5",
        "images_stored": 2,
    }
    return Step("inject", data)


def _discharge(path: Path, now: datetime, team: Team) -> Step:
    last = path.last_injection or now - minutes(40)
    data = {
        "vitals": [
            {"taken_at": last + minutes(10), **CALM},
            {"taken_at": min(last + minutes(25), now), **CALM},
        ],
        **dict.fromkeys(CHECKS, True),
        "weight_bearing": "as_tolerated",
        "aid": "none",
        "instructions_version": "2",
    }
    return Step("discharge", data, "nurse")


def _afterwards(path: Path, now: datetime, team: Team) -> Step:
    return Step("respond", {"follow_up": "D1", "nrs": 3, "swelling": "none"}, "nurse")


NEXT = {
    "enquiry": lambda path, now, team: evaluate(path),
    "consultation": _decision,
    "deferred": _decision,
    "declined": _decision,
    "approved": _book,
    "scheduled": _open_items,
    "ready": _check_in,
    "checked_in": _harvest,
    "harvested": _to_the_bench,
    "processed": _release,
    "released": _inject,
    "injected": _discharge,
    "discharged": _afterwards,
}


def is_today(path: Path, now: datetime) -> bool:
    return path.booked_on == day_of(now)
