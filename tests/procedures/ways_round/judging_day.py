"""Judges of the day: time-outs, harvest, bench, injection, home."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from tests.procedures.ways_round.judging_visit import agreed, marks
from tests.procedures.ways_round.told import Attempt, Path, day_of, ml

Wrong = Iterator[tuple[str, str]]
PAUSE_LASTS = timedelta(minutes=15)
LEAST_STAY = timedelta(minutes=15)
A_LITTLE = Decimal("0.1")
FINE_ADDITIVES = {
    "saline",
    "other_crystalloid",
    "sterile_water",
    "preserving_agent",
    "autologous_ppp",
}
FINE_WAYS = {"centrifugation", "filtration", "volume_reduction"}
ENOUGH = 20  # characters of a reason


def time_out(path: Path, a: Attempt) -> Wrong:
    yield from agreed(path, a, a.at)
    answers = [v for v in a.data.values() if isinstance(v, bool)]
    if not all(answers):
        yield "INV-09 a no", "not every answer is yes"
    if not a.has_two or not _proceduralist(path, a):
        yield "INV-09 people", "two people, the proceduralist among them"
    if path.product is None:
        yield from marks(path, a)
        marked = path.marked | {m["target"] for m in a.data.get("site_marks", ())}
        if not set(path.targets) <= marked:
            yield "INV-07 unmarked", "a target is not marked"
        if path.checked_in_at is None or a.at < path.checked_in_at:
            yield "INV-10 time-out 1", "before the check-in"
        return
    yield from open_product(path, a)
    if path.product.released_at is None or a.at < path.product.released_at:
        yield "INV-10 time-out 2", "before the release"


def open_product(path: Path, a: Attempt) -> Wrong:
    """Judge that what the clock has closed stays closed, whatever time is typed.

    Only a day that is entered as a whole afterwards had no end to keep to.
    """
    expires = path.expires
    if expires and a.at > expires:
        yield "INV-01 expired", f"the product expired at {expires:%H:%M}"
    elif expires and a.now > expires and path.told_its_end:
        yield "B16 back-dated over expiry", f"said {a.at:%H:%M}, done {a.now:%H:%M}"


def _proceduralist(path: Path, a: Attempt) -> bool:
    return bool(path.consent) and path.consent.proceduralist in {
        person.id for person in a.people
    }


def _paused(path: Path, number: int, start: datetime) -> Wrong:
    found = path.pauses.get(number)
    if found is None:
        yield "INV-09 no time-out", f"time-out {number} was not held"
    elif not found.at <= start <= found.at + PAUSE_LASTS:
        yield "INV-09 time-out over", f"held at {found.at:%H:%M}, start {start:%H:%M}"


def harvest(path: Path, a: Attempt) -> Wrong:
    yield from agreed(path, a, a.data["start_at"])
    yield from _paused(path, 1, a.data["start_at"])
    if path.consent and a.by.id != path.consent.proceduralist:
        yield "INV-08 proceduralist", "somebody else harvested"
    yield from drawn(path, a.data)


def drawn(path: Path, data: dict) -> Wrong:
    """Times, site and drugs of a harvest, as done or as corrected."""
    start, end = data["start_at"], data["end_at"]
    first = data.get("first_aliquot_at") or start
    if not start <= first <= end or start == end:
        yield "INV-10 harvest", "its times do not run forward"
    if path.consent and data["site"] not in path.consent.sites:
        yield "INV-08 site", f"no consent for {data['site']}"
    if data["anticoagulant"] == "heparin_sodium" and path.allergic("heparin"):
        yield "ALL-01 heparin", "heparin in spite of the allergy"
    if data.get("anaesthetics") and path.allergic("local_anaesthetic"):
        yield "ALL-01 anaesthetic", "an anaesthetic in spite of the allergy"
    for name in ("needle", "anticoagulant"):
        expires = data.get(f"{name}_expires_on")
        if expires and expires < day_of(start):
            yield f"INV-01 {name} expired", f"on {expires}"


def process(path: Path, a: Attempt) -> Wrong:
    # The consent taken back while the spin runs is the injection's business, too.
    yield from agreed(path, a, a.at)
    if not {"H1", "H2"} <= path.hand_offs:
        yield "INV-01 hand-offs", "the container was not followed to the bench"
    yield from at_the_bench(path, a.data)
    if a.kit and a.kit.expires_on < day_of(a.data["start_at"]):
        yield "INV-01 kit expired", f"on {a.kit.expires_on}"


def at_the_bench(path: Path, data: dict) -> Wrong:
    """Times and volumes of a processing, as done or as corrected."""
    drawn_before = path.harvest
    if data["end_at"] <= data["start_at"]:
        yield "INV-10 processing", "its times do not run forward"
    if drawn_before is None or data["start_at"] < drawn_before.end:
        yield "INV-10 processing", "before the harvest's end"
        return
    went_in = ml(data["input_ml"])
    if abs(went_in - drawn_before.drawn - drawn_before.anticoagulant) > 1:
        yield "INV-03 input", f"{went_in} mL went in, other than drawn"
    out = ml(data["bmc_ml"]) + ml(data["ppp_ml"]) + ml(data["waste_ml"])
    if out > went_in + 1:
        yield "INV-03 output", f"{out} mL came out of {went_in} mL"


def is_held(data: dict) -> bool:
    added = set(data.get("additives", ())) - FINE_ADDITIVES
    return bool(added or set(data.get("manipulations", ())) - FINE_WAYS)


def needs_doctor(data: dict) -> bool:
    low = data.get("viability_pct") is not None and ml(data["viability_pct"]) < 70
    return bool(low or data.get("clots") or data.get("leak"))


def _held(path: Path) -> Wrong:
    if path.product and path.product.held:
        code = "INV-15 held product"
        if path.product.corrected:
            code = "B9 hold lifted by a correction"
        yield code, "the product is on hold"


def release(path: Path, a: Attempt) -> Wrong:
    product = path.product
    if product is None:
        yield "INV-10 release", "there is no product"
        return
    yield from _held(path)
    yield from open_product(path, a)
    if a.at < product.end:
        yield "INV-10 release", "before the processing's end"
    if not a.has_two or (a.second and a.second.id == product.maker):
        yield "INV-12 verifier", "verified by who made it, or by nobody"
    explained = len(a.data.get("physician_note", "")) >= ENOUGH and a.has_doctor
    if product.needs_doctor and not explained:
        code = "RELEASE without a physician"
        if product.corrected:
            code = "B9 a physician's question corrected away"
        yield code, "a clot, a leak or few living cells"


def inject(path: Path, a: Attempt) -> Wrong:
    data, product = a.data, path.product
    yield from agreed(path, a, data["start_at"])
    yield from _paused(path, 2, data["start_at"])
    yield from _held(path)
    if path.consent and a.by.id != path.consent.proceduralist:
        yield "INV-08 proceduralist", "somebody else injected"
    if product is None or product.released_at is None:
        yield "INV-01 not released", "injected before any release"
        return
    if data["target"] in path.injections:
        yield "INV-01 target twice", "this target was injected before"
    if data["target"] in path.left_out:
        yield "B12 injected what was left out", "the patient had refused it"
    yield from given(path, data)
    if path.used + ml(data["volume_ml"]) > product.bmc + A_LITTLE:
        yield "INV-03 volume", f"{path.used} + {data['volume_ml']} of {product.bmc} mL"


def given(path: Path, data: dict) -> Wrong:
    """Times, target and drugs of an injection, as done or as corrected."""
    start, end = data["start_at"], data["end_at"]
    if path.targets.get(data["target"]) != data["laterality"]:
        yield "INV-07 injection", f"{data['laterality']} is not planned"
    if end <= start or start < path.product.released_at:
        yield "INV-10 injection", "its times do not run forward"
    if end > path.expires:
        yield "INV-01 expired", f"the product expired at {path.expires:%H:%M}"
    if day_of(path.harvest.first) != day_of(start):
        yield "INV-01 other day", "the product is not of the day"
    if ml(data.get("contrast_ml")) and path.allergic("iodinated_contrast"):
        yield "ALL-01 contrast", "contrast in spite of the allergy"
    if data.get("anaesthetic_agent") and path.allergic("local_anaesthetic"):
        yield "B10 anaesthetic into the joint", "in spite of the allergy"


def not_done(path: Path, a: Attempt) -> Wrong:
    """A target is left out: not one that was treated, and not by a nurse alone."""
    if a.data["target"] in path.injections:
        yield "INV-01 left out after its injection", "it was injected"
    if not (a.has_two or _proceduralist(path, a)):
        yield "B12 left out by one alone", f"by the {a.by.role}"


def discharge(path: Path, a: Attempt) -> Wrong:
    last = path.last_injection
    if last is None:
        yield "INV-10 discharge", "nothing was injected"
        return
    if a.at < last + LEAST_STAY:
        yield "STAY too short", f"{a.at - last}"
    if set(path.targets) - set(path.injections) - path.left_out:
        yield "INV-10 discharge", "a target was neither injected nor left out"
    parts = path.used + ml(a.data.get("discarded_ml"))
    if path.product and abs(parts - path.product.bmc) > A_LITTLE:
        yield "INV-03 discharge", f"{parts} of {path.product.bmc} mL accounted for"
