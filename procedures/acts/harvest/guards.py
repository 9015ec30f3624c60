"""Guards of a harvest."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import (
    Answers,
    consent,
    hard_rules,
    incident,
    numbed,
    times_run_forward,
    too_late,
    valid_time_out,
)
from procedures.guards.vital_signs import vital_signs
from procedures.products import kits, volumes
from procedures.rules import anaesthetics
from procedures.vocabulary import SEDATION_LEVELS

LONGEST_HARVEST = timedelta(minutes=90)


DEPTHS = tuple(level for level, _ in SEDATION_LEVELS)


def harvest(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from incident(facts)
    yield from consent(facts)
    yield from hard_rules(facts, "harvest", data)
    yield from vital_signs(facts)
    yield from valid_time_out(facts, 1, data["start_at"] if data else None)
    if data:
        yield from harvest_answers(facts, data)


def harvest_answers(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """Times, scope, drugs and supplies of a harvest."""
    yield from _harvest_times(facts, data)
    yield from _harvest_scope(facts, data)
    yield from _drugs(facts, data)
    yield from _supplies(facts, data)


def _harvest_times(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    start, end = data["start_at"], data["end_at"]
    first = data["first_aliquot_at"] or start
    yield from times_run_forward(facts, start, end)
    if not start <= first <= end:
        yield GuardReason("time-order", "The first aliquot lies outside the harvest.")
    if end - start > LONGEST_HARVEST:
        yield GuardReason("harvest-too-long", "A harvest takes at most 90 minutes.")


def _harvest_scope(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    found = facts.consent("procedure")
    if found is None:
        return
    if found.harvest_sites and data["site"] not in found.harvest_sites:
        yield GuardReason(
            "consent-scope",
            "The consent does not cover this harvest site.",
            "A consent that names the site is signed",
        )
    if DEPTHS.index(data["sedation"]) > DEPTHS.index(found.sedation):
        yield GuardReason(
            "consent-scope",
            "The sedation is deeper than consented.",
            "A consent for this sedation is signed",
        )


def _drugs(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    allergies = facts.day.allergies
    yield from _anticoagulant(data["anticoagulant"], allergies)
    given = anaesthetics.doses(data["anaesthetics"] or ())
    if given:
        yield from numbed(allergies)
    if given and anaesthetics.fraction_of_highest(given, facts.day.weight_kg) > 1:
        yield GuardReason(
            "anaesthetic-too-much",
            "More local anaesthetic than the highest safe dose.",
        )


def _anticoagulant(name: str, allergies: frozenset[str]) -> Iterator[GuardReason]:
    if "heparin" in allergies and name != "acd_a" and "citrate" not in allergies:
        yield GuardReason(
            "ALL-01",
            "ALL-01: heparin allergy or HIT; only ACD-A is used.",
            "ACD-A is used instead",
        )
    elif "heparin" in allergies and name == "heparin_sodium":
        yield GuardReason("ALL-01", "ALL-01: heparin allergy or HIT.")
    if "citrate" in allergies and name in ("acd_a", "sodium_citrate"):
        yield GuardReason(
            "ALL-01", "ALL-01: allergy to citrate, which this anticoagulant contains."
        )


def _supplies(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    total = volumes.total_ml(data["aliquots_ml"])
    if total > facts.day.weight_kg * volumes.HIGHEST_ASPIRATE_ML_PER_KG or total > 300:
        yield GuardReason("aspirate-too-much", f"{total} mL is more than may be drawn.")
    if total < Decimal(5):
        yield GuardReason("aspirate-too-little", "Less than 5 mL were drawn.")
    for name in ("needle", "anticoagulant"):
        expires_on = data[f"{name}_expires_on"]
        if expires_on and kits.is_expired(expires_on, facts.today):
            yield GuardReason(
                "supply-expired",
                f"The {name} expired on {expires_on.isoformat()}.",
                "One that is in date is used",
            )


def corrected(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    yield from valid_time_out(facts, 1, data["start_at"])
    yield from harvest_answers(facts, data)
    product = facts.day.product
    if product and data["end_at"] > product.start_at:
        yield too_late("The harvest ends before its processing starts.")
