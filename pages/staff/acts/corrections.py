"""The sheet of a correction: the whole record again, as it is on record now."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from core.problems import NotFound
from pages.staff.acts.form import Sheet
from pages.staff.acts.sheets import Here, grades_left_out, target_name
from procedures.acts.registry import SCHEMAS, of_record
from procedures.corrections.table import KINDS
from procedures.day_vocabulary import HAND_OFFS
from procedures.episodes import record_selectors
from procedures.fields.schema import Field

if TYPE_CHECKING:
    from procedures.models import Episode

WHY = ("Why it is corrected", ("reason", "kit_unused"))
ERROR = ("Why it is struck", ("reason", "kit_unused"))
# Acts that name one record.
NAMING = frozenset({"correct", "enter_in_error"})


def name_of(kind: str, row: Any) -> str:
    """ "Hand-off: H1 Harvest to container"; plain where a day has only one of them."""
    which = ""
    if kind == "hand_off":
        which = dict(HAND_OFFS)[row.kind]
    elif kind == "vitals":
        which = str(row.purpose).replace("_", " ")
    elif kind == "time_out":
        which = str(row.number)
    return f"{KINDS[kind].label}: {which}" if which else KINDS[kind].label


def record(episode: "Episode", kind: str, record_id: str, act: str = "correct") -> Any:
    """The current record; raises NotFound."""
    for name, row in record_selectors.nameable(episode, act):
        if name == kind and str(row.pk) == record_id:
            return row
    raise NotFound


def error_sheet(here: Here, kind: str, record_id: UUID | str) -> Sheet:
    """Ask for the reason of a strike; of a processing, whether its kit was opened."""
    record(here.episode, kind, str(record_id), "enter_in_error")
    schema = SCHEMAS["enter_in_error"]
    wanted = ("reason", "kit_unused") if kind == "processing" else ("reason",)
    asked = tuple(f for f in schema.fields if f.name in wanted)
    title = f"{KINDS[kind].label} entered in error"
    return Sheet(
        schema=replace(schema, label=title, fields=asked),
        zone=here.zone,
        sections=(ERROR,),
    )


def sheet(here: Here, kind: str, record_id: UUID | str) -> Sheet:
    """The record's own questions with its answers, and the reason."""
    row = record(here.episode, kind, str(record_id))
    act = KINDS[kind].made_by
    schema, own = SCHEMAS["correct"], of_record(kind)
    wanted = ("reason", "kit_unused") if kind == "processing" else ("reason",)
    reason = (f for f in schema.fields if f.name in wanted)
    starts = _plain(own.fields, row) | STARTS.get(kind, _nothing)(row)
    titles = {}
    if "findings" in starts:
        names = dict(here.targets)
        titles["findings"] = [names[r["target"]] for r in starts["findings"]]
    return Sheet(
        schema=replace(schema, fields=(*reason, *own.fields)),
        zone=here.zone,
        starts=starts,
        titles=titles,
        offers={"target": _target(row)} if kind == "injection" else {},
        spare={"findings": 0, "medications": 1, "labs": 1, "anaesthetics": 1},
        rows_without={"findings": _unused_grades(here, starts)},
        keeps_rows=True,
        sections=(WHY, *SCHEMAS[act].sections),
    )


def _unused_grades(here: Here, starts: dict[str, Any]) -> list[frozenset[str]]:
    """Grades the joint has no use for, unless the record has them."""
    rows = zip(grades_left_out(here), starts.get("findings", ()), strict=False)
    return [left_out - row.keys() for left_out, row in rows]


def _target(row: Any) -> tuple[tuple[str, str], ...]:
    # A correction never moves an injection to another target.
    return ((str(row.target_id), target_name(row.target)),)


def _plain(fields: tuple[Field, ...], row: Any) -> dict[str, Any]:
    names = [f.name for f in fields if f.kind not in ("group", "list")]
    found = {name: getattr(row, name) for name in names if hasattr(row, name)}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _of(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _nothing(row: Any) -> dict[str, Any]:
    return {}


def _evaluation(row: Any) -> dict[str, Any]:
    finding = next(f for f in SCHEMAS["evaluate"].fields if f.name == "findings").fields
    drug = ("name", "drug_class", "dose", "last_dose_on")
    return {
        "prom_instrument": row.baseline_instrument,
        "prom_items": row.baseline_items,
        "findings": [
            _plain(finding, one)
            | {"target": str(one.target_id), "icd10": " ".join(one.icd10)}
            for one in record_selectors.findings(row)
        ],
        "medications": [_of(one, *drug) for one in row.medications.all()],
        "labs": [_of(one, "loinc", "value", "collected_on") for one in row.labs.all()],
    }


def _harvest(row: Any) -> dict[str, Any]:
    draws = list(row.aliquots.all())
    return {
        "aliquots_ml": [draw.volume_ml for draw in draws],
        "syringe_ml": draws[0].syringe_ml if draws else None,
        "anaesthetics": [
            _of(one, "agent", "percent", "volume_ml") for one in row.anaesthetics.all()
        ],
    }


def _processing(row: Any) -> dict[str, Any]:
    kit = row.kit
    parts = (
        ("01", kit.gtin),
        ("17", f"{kit.expires_on:%y%m%d}"),
        ("10", kit.lot),
        ("21", kit.serial),
    )
    typed = {
        "kit_lot": kit.lot,
        "kit_serial": kit.serial,
        "kit_expires_on": kit.expires_on,
    }
    scanned = "".join(f"({mark}){value}" for mark, value in parts if value)
    return {
        **({"kit_udi": scanned} if kit.gtin else typed),
        "qc_retained_ml": record_selectors.sample_ml(row),
    }


def _injection(row: Any) -> dict[str, Any]:
    return {"target": str(row.target_id)}


STARTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "evaluation": _evaluation,
    "harvest": _harvest,
    "processing": _processing,
    "injection": _injection,
}
