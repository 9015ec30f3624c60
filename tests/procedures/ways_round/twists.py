"""Things people, scanners and clocks do otherwise than they should, act by act.

A twist changes the right step. `others` are the other patients' paths.
"""

from collections.abc import Callable
from datetime import timedelta

from tests.procedures.ways_round import right
from tests.procedures.ways_round.right import Step, minutes
from tests.procedures.ways_round.told import Path

Twist = Callable[["Scene"], object]
BOTH = {"left": "right", "right": "left"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Scene:
    """The step about to be tried, whose it is, and who else is there."""

    def __init__(self, step: Step, path: Path, ground) -> None:
        self.step, self.path, self.ground = step, path, ground

    @property
    def now(self):
        return self.ground.now

    @property
    def others(self) -> list[Path]:
        paths = self.ground.world.paths
        return [other for other in paths.values() if other is not self.path]

    def answer(self, **changes) -> None:
        self.step.data = {**self.step.data, **changes}

    def finding(self, **changes) -> None:
        rows = [{**row, **changes} for row in self.step.data["findings"]]
        self.answer(findings=rows)

    def dose(self, drug: str, kind: str, ago: timedelta) -> None:
        told = self.step.data.get("last_doses", ())
        rest = [dose for dose in told if dose["drug"] != drug]
        at = self.now - ago
        row = {"drug": drug, "drug_class": kind, "last_dose_at": at}
        self.answer(last_doses=[*rest, row], medication_since=True)

    def mark(self, **changes) -> None:
        marks = [
            {"target": own, "laterality": side, "marked_at": self.now, **changes}
            for own, side in self.path.targets.items()
        ]
        self.answer(site_marks=marks)


def says(**changes) -> Twist:
    return lambda scene: scene.answer(**changes)


def by(who: str, second: str | None = None) -> Twist:
    def change(scene: Scene) -> None:
        scene.step.by = who
        if second is not None:
            scene.step.second = second

    return change


def both(*twists: Twist) -> Twist:
    def change(scene: Scene) -> None:
        for twist in twists:
            twist(scene)

    return change


def ago(name: str, back: timedelta) -> Twist:
    return lambda scene: scene.answer(**{name: scene.now - back})


def earlier(back: timedelta) -> Twist:
    def change(scene: Scene) -> None:
        scene.step.at = scene.now - back

    return change


def shifted(back: timedelta, *names: str) -> Twist:
    """Its own times lie earlier (or later), as typed."""

    def change(scene: Scene) -> None:
        data = scene.step.data
        scene.answer(**{name: data[name] - back for name in names})

    return change


def swapped(*names: str) -> Twist:
    """The syringe or wristband of another patient."""

    def change(scene: Scene) -> None:
        other = scene.others[0]
        code = other.concentrate_code or other.aspirate_code or "CP-000000"
        theirs = {"patient_scan": other.mrn}
        scene.answer(**{name: theirs.get(name, code) for name in names})

    return change


def prefixed(scene: Scene) -> None:
    scene.answer(
        **{
            name: f"]C0{scene.step.data[name]}"
            for name in ("patient_scan", "product_scan", "container_scan")
            if scene.step.data.get(name)
        }
    )


def used_kit(text: Callable) -> Twist:
    """A box that was opened for somebody before."""

    def change(scene: Scene) -> None:
        keys = list(scene.ground.world.used)
        if keys:
            gtin, lot, serial = keys[0]
            scene.step.kit = right.Kit(gtin, lot, serial, right.kit(1).expires_on)
        scene.answer(kit_udi=text(scene.step.kit))

    return change


def kit_text(text: Callable) -> Twist:
    return lambda scene: scene.answer(kit_udi=text(scene.step.kit))


def old_kit(scene: Scene) -> None:
    box = scene.step.kit
    scene.step.kit = right.Kit(
        box.gtin, box.lot, box.serial, scene.now.date() - timedelta(days=1)
    )
    scene.answer(kit_udi=right.gs1(scene.step.kit))


def other_side(scene: Scene) -> None:
    scene.answer(laterality=BOTH[scene.step.data["laterality"]])


def marked_other_side(scene: Scene) -> None:
    scene.mark()
    marks = [
        {**mark, "laterality": BOTH[mark["laterality"]]}
        for mark in scene.step.data["site_marks"]
    ]
    scene.answer(site_marks=marks)


def one_target(scene: Scene) -> None:
    scene.answer(targets=scene.step.data["targets"][:1])


def medication(name: str, kind: str, back: timedelta | None) -> Twist:
    def change(scene: Scene) -> None:
        row = {"name": name, "drug_class": kind}
        if back is not None:
            row["last_dose_on"] = (scene.now - back).date()
        scene.answer(medications=[row])

    return change


def codes(right_side: str, left_side: str) -> Twist:
    """A code of the other side at each target."""

    def change(scene: Scene) -> None:
        names = {"right": left_side, "left": right_side}
        rows = [
            {**row, "icd10": names[scene.path.targets[row["target"]]]}
            for row in scene.step.data["findings"]
        ]
        scene.answer(findings=rows)

    return change


def twice_the_target(scene: Scene) -> None:
    done = list(scene.path.injections)
    if done:
        scene.answer(target=done[0], laterality=scene.path.targets[done[0]])


TWISTS: dict[str, dict[str, Twist]] = {
    "evaluate": {
        "fever 38.4": says(temperature_c=38.4),
        "an infection": says(active_infection=True),
        "allergic to anaesthetics": says(allergies=["local_anaesthetic"]),
        "allergic to heparin": says(allergies=["heparin"]),
        "allergic to contrast": says(allergies=["iodinated_contrast"]),
        "prednisone yesterday": medication("Prednisone", "systemic_steroid", DAY),
        "apixaban": medication("Apixaban", "anticoagulant", None),
        "ibuprofen": medication("Ibuprofen", "nsaid", 30 * DAY),
        "amoxicillin": medication("Amoxicillin", "antibiotic", DAY),
        "methotrexate": medication("Methotrexate", "immunosuppressant", None),
        "HbA1c 9.5": says(labs=[{"loinc": "4548-4", "value": "9.5"}]),
        "platelets 48": says(labs=[{"loinc": "777-3", "value": 48}]),
        "haemoglobin 95": says(labs=[{"loinc": "718-7", "value": 95}]),
        "KL 4": lambda scene: scene.finding(grade_kl=4),
        "M17.1x of the other side": codes("M17.11", "M17.12"),
        "M17.3x of the other side": codes("M17.31", "M17.32"),
        "M25.56x of the other side": codes("M25.561", "M25.562"),
        "S83.24x of the other side": codes("S83.241A", "S83.242A"),
        "an hour before": earlier(HOUR),
        "by a nurse": by("nurse"),
    },
    "decide": {
        "deferred": says(outcome="deferred"),
        "with conditions": says(
            outcome="approved_with_conditions", conditions="Not before spring."
        ),
        "by a nurse": by("nurse"),
    },
    "consent": {
        "one target": one_target,
        "another site": says(harvest_sites=["anterior_iliac_crest"]),
        "another proceduralist": by("clinician2"),
        "taken back": says(revoke=True, reason="The patient thought it over."),
    },
    "book": {},
    "prepare": {"open again": says(state="open")},
    "check_in": {
        "fever 38.4": says(temperature_c=38.4),
        "fever 38.4, nothing else asked": says(temperature_c=38.4, last_doses=[]),
        "signs of infection": says(infection_signs=True),
        "hCG positive": says(pregnancy_test="positive"),
        "hCG not asked": says(pregnancy_test="not_applicable"),
        "hCG of three days ago": ago("pregnancy_test_at", 3 * DAY),
        "no last dose": says(last_doses=[]),
        "prednisone yesterday": lambda s: s.dose("Prednisone", "systemic_steroid", DAY),
        "apixaban an hour ago": lambda s: s.dose("Apixaban", "anticoagulant", HOUR),
        "amoxicillin an hour ago": lambda s: s.dose("Amoxicillin", "antibiotic", HOUR),
        "ibuprofen yesterday": lambda s: s.dose("Ibuprofen", "nsaid", DAY),
        "methotrexate": lambda s: s.dose("Methotrexate", "immunosuppressant", DAY),
        "ibuprofen, called other": lambda s: s.dose("Ibuprofen", "other", DAY),
        "pressure 200": says(systolic_mmhg=200, diastolic_mmhg=95),
        "marked": lambda scene: scene.mark(),
        "marked on the other side": marked_other_side,
        "marked yesterday": lambda s: s.mark(marked_at=s.now - DAY),
        "yesterday": earlier(DAY),
        "two hours before": earlier(2 * HOUR),
        "by the coordinator": by("coordinator"),
    },
    "time_out": {
        "infection not absent": says(infection_absent=False),
        "allergies not reviewed": says(allergies_reviewed=False),
        "alone": by("clinician", "clinician"),
        "without the proceduralist": by("nurse", "nurse2"),
        "led by the nurse": by("nurse", "clinician"),
        "with the coordinator": by("clinician", "coordinator"),
        "unmarked": says(site_marks=[]),
        "marked on the other side": marked_other_side,
        "marked yesterday": lambda s: s.mark(marked_at=s.now - DAY),
        "another's wristband": swapped("patient_scan"),
        "another's syringe": swapped("product_scan"),
        "a scanner's prefix": prefixed,
        "ten minutes before": earlier(minutes(10)),
        "an hour before": earlier(HOUR),
        "four hours before": earlier(4 * HOUR),
    },
    "harvest": {
        "heparin": says(anticoagulant="heparin_sodium", heparin_units_per_ml=100),
        "another site": says(site="anterior_iliac_crest"),
        "deeper sedation": says(sedation="level_2"),
        "needle out of date": says(needle_expires_on="2026-09-01"),
        "start before the pause": shifted(minutes(20), "start_at", "end_at"),
        "end in an hour": shifted(-HOUR, "end_at"),
        "first draw early": lambda s: s.answer(
            first_aliquot_at=s.step.data["start_at"]
        ),
        "by another doctor": by("clinician2"),
        "by a nurse": by("nurse"),
    },
    "hand_off": {
        "another's wristband": swapped("patient_scan"),
        "another's container": swapped("container_scan"),
        "a scanner's prefix": prefixed,
        "resolved alone": lambda s: s.answer(
            kind="resolve", resolution="It was nothing, we looked again."
        ),
        "read aloud alone": says(method="manual"),
    },
    "process": {
        "kit without separator": kit_text(right.dropped),
        "kit typed": kit_text(right.typed),
        "used kit": used_kit(right.gs1),
        "used kit without separator": used_kit(right.dropped),
        "used kit typed": used_kit(right.typed),
        "used kit without separator, two people": both(
            used_kit(right.dropped), by("technician", "nurse")
        ),
        "used kit, other order": used_kit(right.reordered),
        "kit out of date": old_kit,
        "enzyme": says(additives=["enzyme"]),
        "culture": says(manipulations=["centrifugation", "culture_expansion"]),
        "viability 65": says(viability_pct=65),
        "clots": says(clots=True),
        "too much out": says(waste_ml=60),
        "too much in": says(input_ml=80),
        "sample of 3 mL": says(qc_retained_ml=3),
        "the other machine": says(centrifuge="CF-01"),
        "start before the harvest": shifted(HOUR, "start_at", "end_at"),
        "end in an hour": shifted(-HOUR, "end_at"),
    },
    "release": {
        "verified by who made it": by("technician2", "technician"),
        "alone": by("technician", "technician"),
        "by a doctor": by("clinician", "nurse"),
        "with a doctor and a note": both(
            by("technician", "clinician"),
            says(physician_note="Few living cells, discussed with the patient."),
        ),
        "note without a doctor": says(physician_note="It looks good enough to us all."),
        "another's syringe": swapped("product_scan"),
        "ten minutes before": earlier(minutes(10)),
        "an hour before": earlier(HOUR),
        "four hours before": earlier(4 * HOUR),
    },
    "inject": {
        "purulent": says(effusion_aspirated_ml=12, effusion_appearance="purulent"),
        "cloudy": says(effusion_aspirated_ml=12, effusion_appearance="cloudy"),
        "clear": says(effusion_aspirated_ml=12, effusion_appearance="clear"),
        "the other side": other_side,
        "the same target": twice_the_target,
        "contrast": says(contrast_agent="iohexol", contrast_ml=1),
        "lidocaine": says(anaesthetic_agent="lidocaine", anaesthetic_ml=1),
        "12 mL": says(volume_ml=12),
        "by another doctor": by("clinician2"),
        "another's syringe": swapped("product_scan"),
        "another's wristband": swapped("patient_scan"),
        "a scanner's prefix": prefixed,
        "start before the release": shifted(HOUR, "start_at", "end_at"),
        "three hours before": shifted(3 * HOUR, "start_at", "end_at"),
        "end in an hour": shifted(-HOUR, "end_at"),
    },
    "discharge": {
        "not dry": says(harvest_site_dry=False),
        "at once": earlier(minutes(30)),
        "2 mL discarded": says(discarded_ml=2),
        "by a technician": by("technician"),
    },
    "respond": {"pain 9": says(nrs=9), "fever": says(temperature_c=38.9)},
}


def amiss(ground, name: str, step: Step, words: str) -> None:
    """Change the step as the twist of these words says."""
    TWISTS[step.act][words](Scene(step, ground.path(name), ground))
    step.words = words


def delay(ground, step: Step, lag: timedelta, why: str = "") -> None:
    """The step is entered so much later, and said to be of now."""
    step.at, step.late_reason = step.at or ground.now, why
    ground.now += lag
