"""Guards of a time-out."""

from collections.abc import Iterator

from procedures import day_vocabulary as words
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import (
    Answers,
    conditions,
    consent,
    expired,
    hard_rules,
    incident,
    marks,
    name_of,
)
from procedures.guards.vital_signs import vital_signs
from procedures.rules.stops import Finding
from procedures.rules.table import GATES, words_of


def time_out(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from incident(facts)
    yield from consent(facts)
    second = facts.stage == "released"
    yield from hard_rules(facts, "time_out", data, of_product=second)
    yield from vital_signs(facts)
    if second:
        yield from not_expired(facts)
    if data:
        yield from _answers(data)
        yield from conditions(facts, data)
        yield from _precautions(facts, data)
        if not second:
            yield from marks(facts, data)
            yield from _unmarked(facts, data)
        else:
            yield from _scans(data)


def _answers(data: Answers) -> Iterator[GuardReason]:
    for name, label in words.TIME_OUT_ITEMS:
        if not data[name]:
            yield GuardReason(
                "time-out-no",
                f"Answered no: {label}.",
                "It is put right, then the time-out starts again",
                SIGN_SEEN if name == "infection_absent" else None,
            )


SIGN_SEEN = Finding(rule="INF-01", question="infection")


def _precautions(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """ALL-01: what the room must not contain is asked by name."""
    gates = [name for name in GATES if name in facts.day.allergies]
    if gates and not data["allergy_precautions"]:
        yield GuardReason(
            "allergy-precautions",
            f"ALL-01: allergy to {words_of(gates)}; the set-up is not confirmed.",
            "The room is set up without it, and somebody says so",
        )


def not_expired(facts: Facts) -> Iterator[GuardReason]:
    """The product may still be given: at the time told, and by the clock.

    A time-out lets the way go on. Once the end announced by a release has come, an
    earlier time does not bring it back; a day that is entered as a whole afterwards
    announced no end while it could still be kept.
    """
    product = facts.day.product
    if product is None or product.expires_at is None:
        return
    entered, ends = product.release_entered_at, product.expires_at
    announced = entered is not None and entered < ends
    if facts.now > ends or (announced and facts.entry > ends):
        yield expired()


def _unmarked(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    marked = facts.day.marked | {m["target"] for m in data["site_marks"] or ()}
    for target in facts.waiting:
        if target.id not in marked:
            yield GuardReason(
                "mark-missing",
                f"The {name_of(target)} is not marked.",
                "The proceduralist marks it with the patient awake",
            )


def _scans(data: Answers) -> Iterator[GuardReason]:
    if not data["patient_scan"] or not data["product_scan"]:
        yield GuardReason(
            "scan-missing",
            "Time-out 2 needs the wristband and the product label.",
            "Both are scanned",
        )
