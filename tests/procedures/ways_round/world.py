"""All patients of one run: judges what was accepted, and remembers what was told.

Nothing here reads the product's tables; product ids are learned from the labels.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.procedures.ways_round.judging import OVER, judge
from tests.procedures.ways_round.judging_day import is_held, needs_doctor
from tests.procedures.ways_round.told import (
    Attempt,
    Consent,
    Harvest,
    Injection,
    Kit,
    Path,
    Pause,
    Product,
    Stop,
    day_of,
    ml,
)
from tests.procedures.ways_round.told_stops import scanned, stops_in

MADE = {
    "evaluate": "evaluation",
    "harvest": "harvest",
    "process": "processing",
    "inject": "injection",
}
OF_RULE = {
    "INF-01": ("fever", "infection", "purulent", "antibiotic"),
    "PREG-01": ("pregnant",),
    "MED-STER-01": ("steroid",),
}
SIGNS = (
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_per_min",
    "spo2_pct",
    "temperature_c",
    "nrs",
)
# A form that comes back as not filled in leaves no trace, by design.
NEVER_READ = {"stage", "forbidden", "invalid", "NotFound", "StaleVersion", "database"}


@dataclass
class World:
    """All that is known of everybody, and which kits are used up."""

    paths: dict[str, Path]
    used: dict[tuple[str, str, str], str] = field(default_factory=dict)
    spins: dict[str, list[tuple]] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    last: dict[tuple[str, str], dict] = field(default_factory=dict)

    def hear(
        self, a: Attempt, *, accepted: bool, codes: tuple[str, ...] = ()
    ) -> list[tuple[str, str]]:
        """Name what the accepted act broke; what was told is remembered either way."""
        path = self.paths[a.path]
        wrong = self._judge(path, a) if accepted else []
        if accepted:
            self._keep_words(a)
            _LASTING.get(a.act, _nothing)(self, path, a)
        if accepted or not NEVER_READ & set(codes):
            self._note(path, a, accepted)
        if not accepted and any("mismatch" in code for code in codes):
            self._stop_the_line(path, a)
        return wrong

    def _keep_words(self, a: Attempt) -> None:
        """The record as it was last told, for whoever corrects it."""
        if a.act in MADE:
            self.last[a.path, MADE[a.act]] = a.data
        elif a.act == "correct":
            self.last[a.path, a.data["record"]] = a.data["values"]
        if a.act == "check_in":
            signs = {name: a.data[name] for name in SIGNS}
            self.last[a.path, "vitals"] = signs

    def _judge(self, path: Path, a: Attempt) -> list[tuple[str, str]]:
        wrong = list(judge(path, a))
        if path.outcome in OVER and a.act not in ("correct", "adverse_event"):
            wrong.append(("OVER", f"{a.act} on a path that is {path.outcome}"))
        if a.kit and not (path.product and path.product.kit == a.kit):
            wrong += self._kit_twice(a.kit)
        if a.act == "process":
            wrong += self._spun_together(a)
        return wrong

    def _kit_twice(self, kit: Kit | None):
        if kit and _key(kit) in self.used:
            yield "B1 kit twice (INV-11)", f"serial {kit.serial} was used before"

    def _spun_together(self, a: Attempt):
        start, end = a.data["start_at"], a.data["end_at"]
        for name, other_start, other_end in self.spins.get(a.data["centrifuge"], ()):
            if name != a.path and start < other_end and other_start < end:
                yield "INV-14 two in one centrifuge", f"{name} and {a.path}"

    def _note(self, path: Path, a: Attempt, accepted: bool) -> None:
        if a.act in ("evaluate", "correct") and not accepted:
            return
        for kind in stops_in(path, a):
            path.stops.append(Stop(kind, a.at, a.act))

    def _stop_the_line(self, path: Path, a: Attempt) -> None:
        path.incident = path.name
        ours = {path.mrn, path.aspirate_code, path.concentrate_code}
        read = {got for got, _ in scanned(path, a)} - ours
        for other in self.paths.values():
            theirs = {other.mrn, other.aspirate_code, other.concentrate_code} - {""}
            if other is not path and read & theirs and not other.incident:
                other.incident = path.name

    def spun(self, a: Attempt) -> None:
        """The machine was taken for that time."""
        rows = [r for r in self.spins.get(a.data["centrifuge"], []) if r[0] != a.path]
        row = (a.path, a.data["start_at"], a.data["end_at"])
        self.spins[a.data["centrifuge"]] = [*rows, row]

    def put_back(self, kit: Kit) -> None:
        """It was never opened, two people say: it may serve somebody else."""
        self.used.pop(_key(kit), None)


def _key(kit: Kit) -> tuple[str, str, str]:
    return (kit.gtin, kit.lot, kit.serial)


def _nothing(world: World, path: Path, a: Attempt) -> None:
    """Nothing lasting."""


def _evaluated(world: World, path: Path, a: Attempt) -> None:
    path.evaluation, path.evaluation_at = a.data, a.at
    path.evaluation_maker = a.by.id
    path.overrides.clear()
    # On the day of the finding it is a second answer, not a recovery.
    for stop in path.stops:
        stop.lifted |= day_of(a.at) > day_of(stop.told_at)


def _decided(world: World, path: Path, a: Attempt) -> None:
    path.outcome, path.decided_at = a.data["outcome"], a.at


def _overridden(world: World, path: Path, a: Attempt) -> None:
    path.overrides.add((a.data["rule"], a.data.get("valid_on")))


def _consented(world: World, path: Path, a: Attempt) -> None:
    if a.data.get("consent_type", "procedure") != "procedure":
        return
    if a.data.get("revoke"):
        path.consent.revoked_at = a.at
        return
    order = list(path.targets)
    named = [row.get("target") or order[n] for n, row in enumerate(a.data["targets"])]
    path.consent = Consent(
        a.by.id,
        a.at,
        set(named),
        set(a.data["harvest_sites"]),
        a.data.get("proceduralist", a.by.id),
    )


def _booked(world: World, path: Path, a: Attempt) -> None:
    path.booked_on = day_of(a.data["start"])


def _checked_in(world: World, path: Path, a: Attempt) -> None:
    path.checked_in_at, path.checked_in_by = a.at, a.by.id
    _marked(path, a)


def _marked(path: Path, a: Attempt) -> None:
    path.marked |= {mark["target"] for mark in a.data.get("site_marks", ())}


def _paused(world: World, path: Path, a: Attempt) -> None:
    _marked(path, a)
    number = 2 if path.product else 1
    path.pauses[number] = Pause(a.at, {person.id for person in a.people})


def _harvested(world: World, path: Path, a: Attempt) -> None:
    path.harvest = harvest_of(a.by.id, a.data)


def harvest_of(maker: int, data: dict) -> Harvest:
    return Harvest(
        maker,
        data["start_at"],
        data.get("first_aliquot_at") or data["start_at"],
        data["end_at"],
        sum((ml(one) for one in data["aliquots_ml"]), Decimal(0)),
        ml(data["anticoagulant_ml"]),
    )


def _handed(world: World, path: Path, a: Attempt) -> None:
    if a.data["kind"] != "resolve":
        path.hand_offs.add(a.data["kind"])
        return
    path.incident = ""


def _processed(world: World, path: Path, a: Attempt) -> None:
    world.spun(a)
    if a.kit:
        world.used[_key(a.kit)] = path.name
    made = product_of(a.by.id, a.data, a.kit)
    # What was held once stays held, also when its record is struck and made anew.
    made.corrected = path.ever_held or path.ever_doubtful
    made.held |= path.ever_held
    made.needs_doctor |= path.ever_doubtful
    path.ever_held, path.ever_doubtful = made.held, made.needs_doctor
    path.product = made


def product_of(maker: int, data: dict, kit: Kit | None) -> Product:
    return Product(
        maker,
        data["start_at"],
        data["end_at"],
        data["centrifuge"],
        ml(data["bmc_ml"]),
        ml(data.get("qc_retained_ml")),
        kit,
        held=is_held(data),
        needs_doctor=needs_doctor(data),
    )


def _released(world: World, path: Path, a: Attempt) -> None:
    path.product.released_at = a.at
    path.told_its_end |= bool(path.expires) and a.now < path.expires


def _injected(world: World, path: Path, a: Attempt) -> None:
    path.injections[a.data["target"]] = injection_of(a.by.id, a.data)


def injection_of(maker: int, data: dict) -> Injection:
    return Injection(maker, data["start_at"], data["end_at"], ml(data["volume_ml"]))


def _discharged(world: World, path: Path, a: Attempt) -> None:
    path.discharged_at = a.at


def _ended(world: World, path: Path, a: Attempt) -> None:
    path.outcome = {"abort": "aborted", "withdraw": "withdrawn"}.get(a.act, "completed")


def _corrected(world: World, path: Path, a: Attempt) -> None:
    remember = CORRECTED.get(a.data["record"], _nothing)
    remember(world, path, a)


def _reseen(world: World, path: Path, a: Attempt) -> None:
    path.evaluation = a.data["values"]
    if a.has_two and a.has_doctor:
        for stop in path.stops:
            stop.lifted |= stop.source in ("evaluate", "correct")


def _redrawn(world: World, path: Path, a: Attempt) -> None:
    path.harvest = harvest_of(path.harvest.maker, a.data["values"])


def _regiven(world: World, path: Path, a: Attempt) -> None:
    values = a.data["values"]
    old = path.injections[values["target"]]
    path.injections[values["target"]] = injection_of(old.maker, values)


def _remade(world: World, path: Path, a: Attempt) -> None:
    if a.kit and a.data.get("kit_unused"):
        world.put_back(path.product.kit)
    if a.kit:
        world.used[_key(a.kit)] = path.name
    _reworked(path, a, a.data["values"])


CORRECTED = {
    "evaluation": _reseen,
    "harvest": _redrawn,
    "processing": _remade,
    "injection": _regiven,
}


def _reworked(path: Path, a: Attempt, values: dict) -> None:
    """Keep held what was held; only two people take back a physician's question."""
    old, new = path.product, product_of(path.product.maker, values, a.kit)
    new.kit = new.kit or old.kit
    new.released_at, new.corrected = old.released_at, True
    new.held |= old.held
    new.needs_doctor |= old.needs_doctor and not a.has_two
    path.ever_held, path.ever_doubtful = new.held, new.needs_doctor
    path.product = new


def _lifted(world: World, path: Path, a: Attempt) -> None:
    for stop in path.stops:
        stop.lifted |= stop.kind in OF_RULE.get(a.about, ())


def _left_out(world: World, path: Path, a: Attempt) -> None:
    path.left_out.add(a.data["target"])


def _struck(world: World, path: Path, a: Attempt) -> None:
    kind = a.data["record"]
    if kind == "processing" and a.data.get("kit_unused") and path.product.kit:
        world.put_back(path.product.kit)
    STRUCK.get(kind, lambda path, a: None)(path, a)


def _no_pause(path: Path, a: Attempt) -> None:
    path.pauses.pop(2 if path.product else 1, None)


def _no_release(path: Path, a: Attempt) -> None:
    path.product.released_at = None


def _no_injection(path: Path, a: Attempt) -> None:
    if path.injections:
        latest = max(path.injections, key=lambda own: path.injections[own].start)
        del path.injections[latest]


def _none(*names: str):
    def change(path: Path, a: Attempt) -> None:
        for name in names:
            setattr(path, name, "" if name == "outcome" else None)

    return change


STRUCK = {
    "evaluation": _none("evaluation", "evaluation_at"),
    "decision": _none("outcome", "decided_at"),
    "consent": _none("consent"),
    "check_in": _none("checked_in_at"),
    "time_out": _no_pause,
    "harvest": _none("harvest"),
    "processing": _none("product"),
    "release": _no_release,
    "injection": _no_injection,
    "discharge": _none("discharged_at"),
}
_LASTING = {
    "evaluate": _evaluated,
    "decide": _decided,
    "override": _overridden,
    "consent": _consented,
    "book": _booked,
    "check_in": _checked_in,
    "time_out": _paused,
    "harvest": _harvested,
    "hand_off": _handed,
    "process": _processed,
    "release": _released,
    "inject": _injected,
    "discharge": _discharged,
    "correct": _corrected,
    "enter_in_error": _struck,
    "lift_stop": _lifted,
    "not_done": _left_out,
    "abort": _ended,
    "withdraw": _ended,
    "complete": _ended,
}
