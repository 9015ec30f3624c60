"""The records of one episode, in the order of its path, for those who treat."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pages.kit.words import full_day, moment, sentence
from pages.staff.episode.record_words import (
    Fact,
    RecordCard,
    RecordWords,
    fields_of,
    number,
    signed,
)
from procedures import day_vocabulary
from procedures.acts import unusual
from procedures.acts.check_in.schema import VITAL_SIGNS
from procedures.corrections.table import KINDS
from procedures.episodes import record_selectors
from procedures.rules import body
from procedures.vocabulary import LABS

if TYPE_CHECKING:
    from procedures.models import Episode

Parts = list[tuple[str, list[str]]]
Maker = Callable[[RecordWords, Any], dict[str, Any]]


def records(episode: "Episode", zone: ZoneInfo) -> list[tuple[str, list[RecordCard]]]:
    """Every current record under the headings of the path, and those entered in error,
    struck through, beside them."""
    words, groups, late = RecordWords(zone), [], record_selectors.late_entries(episode)
    struck = record_selectors.struck(episode)
    for heading, kinds in HEADINGS:
        made = [
            _record(words, title, row, make, late, struck.get(row.pk))
            for title, name, make in kinds
            for row in record_selectors.shown(episode, name, struck)
        ]
        if made:
            groups.append((heading, made))
    named = {name for _, kinds in HEADINGS for _, name, _ in kinds}
    others = [
        _record(words, kind.label, row, _other, late, struck[row.pk])
        for kind in KINDS.values()
        if kind.rows not in named
        for row in record_selectors.struck_rows(episode, kind.code, struck)
    ]
    return [*groups, ("Entered in error", others)] if others else groups


def _record(
    words: RecordWords,
    title: str,
    row: Any,
    make: Maker,
    late: dict[Any, str],
    error: Any,
) -> RecordCard:
    parts = make(words, row)
    return RecordCard(
        title=parts.pop("title", title),
        at=row.occurred_at,
        by=row.recorded_by_name,
        signed=signed(row, words.zone),
        why_corrected=row.correction_reason,
        why_late=late.get(row.recorded_at, ""),
        struck=_struck(words, error) if error else "",
        **parts,
    )


def _struck(words: RecordWords, error: Any) -> str:
    people = f"{error.entered_by_name}, with {error.second_person_name}"
    return f"{people}, {moment(error.occurred_at, words.zone)}: {error.reason}"


def _other(words: RecordWords, row: Any) -> dict[str, Any]:
    """A record that is otherwise shown as a part of another one."""
    return {"facts": []}


def _evaluation(words: RecordWords, row: Any) -> dict[str, Any]:
    finding = [f for f in fields_of("evaluate", "findings") if f.name != "target"]
    drug, labs = fields_of("evaluate", "medications"), dict(LABS)
    found = record_selectors.findings(row)
    codes = " ".join(code for one in found for code in one.icd10)
    pain = f"pain {row.nrs} of 10" if row.nrs is not None else ""
    parts = [
        ("Findings", [_at(one.target, words.row(finding, one)) for one in found]),
        ("Medication", [words.row(drug, one) for one in row.medications.all()]),
        (
            "Laboratory",
            [
                f"{labs.get(one.loinc, one.loinc).partition(',')[0]} "
                f"{number(one.value)} {one.unit}{_drawn(one)}"
                for one in row.labs.all()
            ],
        ),
        ("Unusual", _remarks(row, found)),
    ]
    return {
        "digest": ", ".join(part for part in (codes, pain) if part),
        "facts": words.facts("evaluate", row),
        "parts": [part for part in parts if part[1]],
    }


def _drawn(lab: Any) -> str:
    return f", {full_day(lab.collected_on)}" if lab.collected_on else ""


def _remarks(row: Any, found: list[Any]) -> list[str]:
    """Answers that were looked at again before signing."""
    codes = [
        text for one in found for text in unusual.of_codes(one.icd10, one.target.joint)
    ]
    measured = body.unusual(row.height_cm, row.weight_kg)
    return [*codes, *([measured] if measured else [])]


def _at(target: Any, text: str) -> str:
    return f"{_named(target)}: {text}"


def _named(target: Any) -> str:
    return str(target)[:1].upper() + str(target)[1:]


def _decision(words: RecordWords, row: Any) -> dict[str, Any]:
    facts = words.facts("decide", row)
    if row.valid_until:
        facts.append(Fact("Valid until", full_day(row.valid_until)))
    rules = [
        f"{one.rule} ({one.level}): {one.text}"
        for one in record_selectors.fired_rules(row)
    ]
    return {
        "digest": row.get_outcome_display(),
        "facts": facts,
        "parts": [("Rules that fired", rules)] if rules else [],
    }


def _override(words: RecordWords, row: Any) -> dict[str, Any]:
    return {"digest": row.rule.code, "facts": words.facts("override", row, ("rule",))}


def _consent(words: RecordWords, row: Any) -> dict[str, Any]:
    hidden = ("document_sha256", "targets", "proceduralist", "reason")
    facts = words.facts("consent", row, hidden)
    if row.proceduralist:
        facts.append(Fact("Proceduralist", row.proceduralist.display_name))
    facts.append(Fact("Valid until", full_day(row.valid_until)))
    covered = [_named(one) for one in record_selectors.covered_targets(row)]
    revoked = getattr(row, "revocation", None)
    digest = row.get_consent_type_display()
    if revoked:
        facts.append(Fact("Taken back", revoked.reason or "Yes"))
    return {
        "digest": f"{digest}, taken back" if revoked else digest,
        "facts": facts,
        "parts": [("Covers", covered)] if covered else [],
    }


def _check_in(words: RecordWords, row: Any) -> dict[str, Any]:
    vitals = record_selectors.vital_signs(row.episode, "check_in")
    doses = [
        words.row(fields_of("check_in", "last_doses"), one)
        for one in row.last_doses.all()
    ]
    parts = [("Vital signs", [_vitals(words, one) for one in vitals])]
    if doses:
        parts.append(("Held drugs, last taken", doses))
    return {"facts": words.facts("check_in", row), "parts": parts}


def _vitals(words: RecordWords, row: Any) -> str:
    return words.row(VITAL_SIGNS, row)


def _mark(words: RecordWords, row: Any) -> dict[str, Any]:
    return {"digest": _named(row.target), "facts": []}


def _time_out(words: RecordWords, row: Any) -> dict[str, Any]:
    names = [label for _, label in day_vocabulary.TIME_OUT_ITEMS]
    people = f"{row.lead.display_name} and {row.second.display_name}"
    facts = [Fact("Held by", people)]
    if row.room:
        facts.append(Fact("Room", row.room))
    if row.product:
        facts.append(Fact("Product", row.product.code))
    return {
        "title": f"Time-out {row.number}",
        "digest": "every answer is yes",
        "facts": facts,
        "parts": [("Confirmed", names)],
    }


def _harvest(words: RecordWords, row: Any) -> dict[str, Any]:
    draws = [number(one.volume_ml) for one in row.aliquots.all()]
    given = [
        f"{words.row(fields_of('harvest', 'anaesthetics'), one)}, "
        f"{number(one.mass_mg)} mg"
        for one in row.anaesthetics.all()
    ]
    parts = [("Draws, mL", [" · ".join(draws)])]
    if given:
        parts.append(("Local anaesthetics", given))
    total = f"{number(row.total_aspirate_ml)} mL in {len(draws)} draws"
    return {"digest": total, "facts": words.facts("harvest", row), "parts": parts}


def _processing(words: RecordWords, row: Any) -> dict[str, Any]:
    kit = f"{row.kit.gtin}, lot {row.kit.lot or '–'}, serial {row.kit.serial or '–'}"
    facts = words.facts("process", row)
    facts.append(Fact("Kit", f"{kit}, expires {full_day(row.kit.expires_on)}"))
    if row.tnc_total_e6 is not None:
        facts.append(
            Fact("Nucleated cells in all", f"{number(row.tnc_total_e6)} × 10⁶")
        )
    if row.regulatory_hold:
        facts.append(Fact("Held", "Beyond minimal manipulation"))
    return {"digest": f"{number(row.bmc_ml)} mL concentrate", "facts": facts}


def _release(words: RecordWords, row: Any) -> dict[str, Any]:
    facts = [
        Fact("Product", row.product.code),
        Fact("Released by", row.released_by.display_name),
        Fact("Verified by", row.verifier.display_name),
        Fact("Expires", words.value(_ANY, row.expires_at)),
        *words.facts("release", row, ("product_scan",)),
    ]
    return {"digest": row.product.code, "facts": facts}


def _injection(words: RecordWords, row: Any) -> dict[str, Any]:
    return {
        "digest": f"{number(row.volume_ml)} mL, {_named(row.target).lower()}",
        "facts": words.facts("inject", row, ("target",)),
    }


def _not_done(words: RecordWords, row: Any) -> dict[str, Any]:
    facts = words.facts("not_done", row, ("target",))
    if row.second_person:
        facts.append(Fact("Second person", row.second_person.display_name))
    return {"digest": f"{_named(row.target)}, not treated", "facts": facts}


def _discharge(words: RecordWords, row: Any) -> dict[str, Any]:
    vitals = record_selectors.vital_signs(row.episode, "recovery")
    lines = [
        f"{words.value(_ANY, one.occurred_at)}: {_vitals(words, one)}" for one in vitals
    ]
    return {
        "facts": words.facts("discharge", row),
        "parts": [("Vital signs during recovery", lines)],
    }


def _disposition(words: RecordWords, row: Any) -> dict[str, Any]:
    digest = f"{sentence(row.kind)}, {number(row.volume_ml)} mL"
    facts = [Fact("Product", row.product.code)]
    if row.reason:
        facts.append(Fact("Reason", row.reason))
    return {"digest": digest, "facts": facts}


def _adverse_event(words: RecordWords, row: Any) -> dict[str, Any]:
    digest = f"{row.get_term_display()}, grade {row.grade}"
    return {"digest": digest, "facts": words.facts("adverse_event", row)}


def _response(words: RecordWords, row: Any) -> dict[str, Any]:
    tier = f"tier {row.tier}" if row.tier <= 3 else "nothing to act on"
    return {
        "digest": f"{row.follow_up.code}, {tier}",
        "facts": words.facts("respond", row, ("follow_up",)),
    }


_ANY = fields_of("discharge", "vitals")[0]
Kinds = tuple[tuple[str, str, Maker], ...]
HEADINGS: tuple[tuple[str, Kinds], ...] = (
    (
        "Before the day",
        (
            ("Evaluation", "evaluations", _evaluation),
            ("Decision", "decisions", _decision),
            ("Override", "overrides", _override),
            ("Consent", "consents", _consent),
        ),
    ),
    (
        "The day",
        (
            ("Check-in", "checkins", _check_in),
            ("Site mark", "sitemarks", _mark),
            ("Time-out", "timeouts", _time_out),
            ("Harvest", "harvests", _harvest),
            ("Processing", "processings", _processing),
            ("Release", "releases", _release),
            ("Injection", "injections", _injection),
            ("Target not treated", "notdones", _not_done),
            ("Not given", "dispositions", _disposition),
            ("Discharge", "discharges", _discharge),
        ),
    ),
    (
        "After",
        (
            ("Adverse event", "adverseevents", _adverse_event),
            ("Answers at a follow-up", "responses", _response),
        ),
    ),
)


def figures(run: Any) -> Iterator[tuple[str, str, str]]:
    """(name, number, unit) of what the day came to so far."""
    rows = (
        ("At the clinic", run.clinic_minutes, "min"),
        ("Procedure", run.procedure_minutes, "min"),
        ("Harvest to injection", run.minutes_since_harvest, "min"),
        ("Aspirate", run.aspirate_ml, "mL"),
        ("Concentrate", run.bmc_ml, "mL"),
        ("Injected", run.injected_ml or None, "mL"),
        ("Cells", run.tnc_total_e6, "× 10⁶"),
    )
    for name, value, unit in rows:
        if value is not None:
            yield name, number(value), unit
