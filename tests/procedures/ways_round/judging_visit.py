"""Judges of what comes before the needle: evaluation to check-in."""

from collections.abc import Iterator
from datetime import timedelta

from tests.procedures.ways_round.told import Answers, Attempt, Path, day_of, drug, ml
from tests.procedures.ways_round.told_stops import NSAID_FREE, STEROID_FREE

Wrong = Iterator[tuple[str, str]]
# Read off the official list by hand: which side these few codes are of.
SIDE = {
    "M17.11": "right",
    "M17.12": "left",
    "M17.31": "right",
    "M17.32": "left",
    "M25.561": "right",
    "M25.562": "left",
    "M93.262": "left",
    "M23.222": "left",
    "S83.241A": "right",
    "S83.242A": "left",
}
BY_PRESCRIBER = ("anticoagulant", "antiplatelet")
HELD = ("nsaid", "systemic_steroid", *BY_PRESCRIBER)
CONSENT_LASTS, APPROVAL_LASTS = timedelta(days=90), timedelta(days=180)
HELD_FOR = timedelta(days=2)
FERTILE = range(18, 56)


def evaluate(path: Path, a: Attempt) -> Wrong:
    yield from answers_of_a_visit(path, a.data)


def answers_of_a_visit(path: Path, data: Answers) -> Wrong:
    sides = list(path.targets.values())
    for number, row in enumerate(data["findings"]):
        side = path.targets.get(row.get("target", ""), sides[number])
        for code in row["icd10"].split():
            if SIDE.get(code, side) != side:
                yield "INV-07 ICD of the other side (B4)", f"{code} at the {side}"
    for lab in data.get("labs", ()):
        if lab["loinc"] == "718-7" and ml(lab["value"]) > 30:
            yield "B5 haemoglobin", f"{lab['value']} g/dL is nobody's"


def decide(path: Path, a: Attempt) -> Wrong:
    if not a.data["outcome"].startswith("approved"):
        return
    if path.evaluation is None:
        yield "INV-04 no evaluation", "approved without an evaluation"
        return
    for code, text in against_treatment(path, a):
        yield code, f"approved with {text}"


def against_treatment(path: Path, a: Attempt) -> Wrong:
    """Findings of the current evaluation against treating at all."""
    data, on = path.evaluation, day_of(a.at)
    if data.get("active_infection") or ml(data.get("temperature_c")) >= 38:
        yield "INV-05 infection", "an infection"
    if data.get("pregnant"):
        yield "INV-05 pregnant", "a pregnancy"
    if "local_anaesthetic" in data["allergies"]:
        yield "B10 local anaesthetic at candidacy", "an allergy to every anaesthetic"
    if any(row.get("grade_kl") == 4 for row in data["findings"]):
        yield "INV-05 severe", "Kellgren-Lawrence 4"
    for one in data.get("medications", ()):
        yield from _taken(path, one, on)
    yield from _measured(path, data, on)


def _measured(path: Path, data: Answers, on) -> Wrong:
    for lab in data.get("labs", ()):
        value = ml(lab["value"])
        if lab["loinc"] == "777-3" and value < 50:
            yield "INV-05 platelets", f"{value} platelets"
        high = lab["loinc"] == "4548-4" and value > ml("8.5")
        if high and not path.set_aside("MET-01", on):
            yield "B11 HbA1c", f"HbA1c {value}"


def _taken(path: Path, one: Answers, on) -> Wrong:
    kind, last = one["drug_class"], one.get("last_dose_on")
    recent = last is None or on - last < STEROID_FREE
    if kind == "systemic_steroid" and recent:
        yield "INV-05 steroid", f"{one['name']} within 14 days"
    if kind == "antibiotic" and recent:
        yield "B11 antibiotic", f"{one['name']} within 14 days"
    if kind in BY_PRESCRIBER and not path.set_aside("MED-AC-01", on):
        yield "INV-05 anticoagulant", f"{one['name']} and no prescriber's plan"
    if kind == "immunosuppressant" and not path.set_aside("MED-IMM-01", on):
        yield "B11 immunosuppressant", f"{one['name']} and no override"


HARD = ("INF-01", "PREG-01", "SEV-01", "SEV-02", "MED-STER-01", "ASA-01", "ALL-01")


def override(path: Path, a: Attempt) -> Wrong:
    if a.data["rule"] in HARD:
        yield "INV-05 override of a hard rule", a.data["rule"]
    if not a.has_two:
        yield "INV-05 override alone", a.data["rule"]
    if len(a.data["reason"]) < 20:
        yield "INV-05 override unexplained", a.data["rule"]


def consent(path: Path, a: Attempt) -> Wrong:
    for number, row in enumerate(a.data.get("targets", ())):
        own = row.get("target") or list(path.targets)[number]
        if path.targets.get(own) != row["laterality"]:
            yield "INV-07 consent", f"{row['laterality']} is not planned"


def book(path: Path, a: Attempt) -> Wrong:
    yield from approval(path, a)
    for stop in path.standing:
        yield f"B8 {stop.kind} then book", f"{stop.kind} was told, nothing lifted it"


def approval(path: Path, a: Attempt) -> Wrong:
    if not path.approved or path.decided_at is None:
        yield "INV-04 not approved", f"{a.act} without an approval"
    elif a.now - path.decided_at > APPROVAL_LASTS + timedelta(days=1):
        yield "INV-04 approval over", f"{a.act} on an approval of {path.decided_at}"


def agreed(path: Path, a: Attempt, start) -> Wrong:
    """INV-08: a consent that covers the plan, signed before, neither over nor back."""
    found = path.consent
    if found is None:
        yield "INV-08 no consent", f"{a.act} without a consent"
        return
    if found.revoked_at and found.revoked_at <= start:
        yield "INV-08 consent taken back", f"taken back at {found.revoked_at:%H:%M}"
    if found.at > start or day_of(start) - day_of(found.at) > CONSENT_LASTS:
        yield "INV-08 consent out of date", f"signed on {found.at:%Y-%m-%d}"
    if found.targets != set(path.targets):
        yield "INV-08 consent of other targets", "not every target is covered"


def check_in(path: Path, a: Attempt) -> Wrong:
    yield from approval(path, a)
    yield from agreed(path, a, a.at)
    if path.decided_at and a.at < path.decided_at:
        yield "INV-10 check-in before the decision", f"at {a.at}"
    if path.booked_on != day_of(a.at):
        yield "INV-04 not booked for the day", f"booked for {path.booked_on}"
    yield from _doses(path, a)
    yield from _pregnancy(path, a)
    bad = ml(a.data["systolic_mmhg"]) > 180 or ml(a.data["spo2_pct"]) < 90
    if bad and not (a.has_doctor and len(a.data.get("clearance_reason", "")) >= 20):
        yield "VITALS uncleared", "no physician cleared them"
    yield from marks(path, a)


def _doses(path: Path, a: Attempt) -> Wrong:
    doses = a.data.get("last_doses", ())
    told = {drug(dose["drug"]) for dose in doses}
    for one in (path.evaluation or {}).get("medications", ()):
        if one["drug_class"] in HELD and drug(one["name"]) not in told:
            yield "B7 last dose not asked", f"nothing on {one['name']}"
    for dose in doses:
        yield from _dose(path, dose, day_of(a.at))


def _dose(path: Path, dose: Answers, on) -> Wrong:
    kind = path.drug_class(dose["drug"], dose["drug_class"])
    ago = on - day_of(dose["last_dose_at"])
    fresh = kind == "nsaid" and ago < NSAID_FREE
    if fresh and not path.set_aside("MED-NSAID-01", on):
        yield "B7 nsaid", f"{dose['drug']} {ago.days} days ago"
    recent = kind in BY_PRESCRIBER and ago < HELD_FOR
    if recent and ("MED-AC-01", on) not in path.overrides:
        yield "B7 anticoagulant", f"{dose['drug']} {ago.days} days ago"
    if kind in BY_PRESCRIBER and not path.set_aside("MED-AC-01", on):
        yield "B7 anticoagulant", f"{dose['drug']}, and no override"
    if kind == "immunosuppressant" and not path.set_aside("MED-IMM-01", on):
        yield "B7 immunosuppressant", f"{dose['drug']} {ago.days} days ago"


def _pregnancy(path: Path, a: Attempt) -> Wrong:
    test, when = a.data.get("pregnancy_test"), a.data.get("pregnancy_test_at")
    asked = path.sex != "male" and path.age in FERTILE
    if asked and test in (None, "not_applicable"):
        yield "INV-06 no pregnancy test", "hCG was not asked for"
    if test == "negative" and when and day_of(when) != day_of(a.at):
        yield "B8 old pregnancy test", f"the test is of {when:%Y-%m-%d}"


def marks(path: Path, a: Attempt) -> Wrong:
    for mark in a.data.get("site_marks", ()):
        if path.targets.get(mark["target"]) != mark["laterality"]:
            yield "INV-07 mark", f"marked {mark['laterality']}"
        if mark["marked_at"] > a.at:
            yield "INV-10 mark after its act", f"marked at {mark['marked_at']}"
        if day_of(mark["marked_at"]) != day_of(a.at):
            yield "INV-10 mark of another day", f"marked at {mark['marked_at']}"
