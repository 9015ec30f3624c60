"""Guards of time-out and harvest, and what the acts of the day have in common."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from procedures import day_vocabulary as words
from procedures.facts.episode import ConsentFact, Facts, TargetFact
from procedures.facts.reason import GuardReason
from procedures.guards.stops import standing
from procedures.guards.vital_signs import vital_signs
from procedures.products import kits, volumes
from procedures.rules import anaesthetics
from procedures.rules.candidacy import Level
from procedures.rules.stops import EPISODE, PRODUCT, Finding
from procedures.rules.table import GATES, words_of
from procedures.vocabulary import SEDATION_LEVELS

Answers = Mapping[str, Any]
LONGEST_HARVEST = timedelta(minutes=90)
DEPTHS = tuple(level for level, _ in SEDATION_LEVELS)
# Before the harvest nothing has been done that would have to be told late.
GATED = frozenset({"ready", "checked_in"})


def incident(facts: Facts) -> Iterator[GuardReason]:
    """A scan that did not match stops everything on the way to the patient."""
    if facts.day.open_incidents:
        yield GuardReason(
            "scan-incident",
            "A scan did not match; the line is stopped.",
            "Two people resolve the mismatch (hand-off, resolve)",
        )


def hard_rules(
    facts: Facts, act: str, data: Answers | None = None, *, of_product: bool = False
) -> Iterator[GuardReason]:
    """A HARD rule is never passed, whatever happened after the approval; nor a stop."""
    yield from no_rules(facts)
    said = set()
    for hit in facts.fired:
        if hit.level is Level.HARD:
            said.add(hit.code)
            yield GuardReason(hit.code, f"{hit.code}: {hit.text}", hit.lifts)
    yield from standing(facts, act, data, said=said, of_product=of_product)


def no_rules(facts: Facts) -> Iterator[GuardReason]:
    """Where no rule is in force nothing would ever fire: nobody is treated then."""
    if not facts.rules:
        yield GuardReason(
            "rules-missing", "No rules are in force.", "The clinic's rules are loaded"
        )


def consent(facts: Facts) -> Iterator[GuardReason]:
    """A procedure consent that is signed, in date and covers every target."""
    found = facts.consent("procedure")
    if found is None:
        yield GuardReason(
            "consent-missing",
            "There is no signed procedure consent.",
            "The procedure consent is signed",
        )
    elif facts.today > found.valid_until or _entered_on(facts) > found.valid_until:
        yield GuardReason(
            "consent-expired",
            f"The procedure consent ended on {found.valid_until.isoformat()}.",
            "A new consent is signed",
        )
    elif missing := _not_covered(facts, found):
        yield GuardReason(
            "consent-scope",
            f"The consent does not cover: {', '.join(missing)}.",
            "A consent for every target and its side is signed",
        )


def _entered_on(facts: Facts) -> date:
    """The day of the entry, for what lets the way go on: an end that has come since
    is not walked round by an earlier time. Deeds are judged on their own day."""
    if facts.stage in GATED:
        return facts.entry.astimezone(facts.day.zone).date()
    return facts.today


def _not_covered(facts: Facts, found: ConsentFact) -> list[str]:
    return [_name(t) for t in facts.waiting if t.id not in found.targets]


def _name(target: TargetFact) -> str:
    return f"{target.laterality} {target.joint}"


def conditions(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """The conditions of an approval are met on the day, and somebody says so."""
    decision = facts.decision
    if decision is None or not decision.conditions:
        return
    if data["conditions_met"] is None:
        yield GuardReason(
            "conditions-unanswered",
            f"Approved with conditions: {decision.conditions}",
            "Somebody answers that they are met",
        )
    elif not data["conditions_met"]:
        yield GuardReason(
            "conditions-unmet",
            f"The conditions of the approval are not met: {decision.conditions}",
            "A physician and a second person lift the stop once they are met",
            Finding(rule="conditions", question="conditions", scope=EPISODE),
        )


def marks(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    """Marks are on planned targets, on their side, and not in the future."""
    sides = {target.id: target.laterality for target in facts.targets}
    for mark in data["site_marks"] or ():
        if sides.get(mark["target"]) != mark["laterality"]:
            yield GuardReason(
                "laterality",
                f"The mark is on the {mark['laterality']} and the plan says "
                f"{sides.get(mark['target'], 'otherwise')}.",
                "The planned side is marked",
            )
        if mark["marked_at"] > facts.now:
            yield future("The mark")


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


def expired() -> GuardReason:
    finding = Finding(rule="product-expired", question="", scope=PRODUCT)
    return GuardReason("product-expired", "The product has expired.", "", finding)


def _unmarked(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    marked = facts.day.marked | {m["target"] for m in data["site_marks"] or ()}
    for target in facts.waiting:
        if target.id not in marked:
            yield GuardReason(
                "mark-missing",
                f"The {_name(target)} is not marked.",
                "The proceduralist marks it with the patient awake",
            )


def _scans(data: Answers) -> Iterator[GuardReason]:
    if not data["patient_scan"] or not data["product_scan"]:
        yield GuardReason(
            "scan-missing",
            "Time-out 2 needs the wristband and the product label.",
            "Both are scanned",
        )


def valid_time_out(
    facts: Facts, number: int, start_at: datetime | None
) -> Iterator[GuardReason]:
    """Time-out `number` was held and is good at `start_at`.

    While the start is not known (None) it only has to have been held: what began
    within its minutes is often entered when they are over.
    """
    found = facts.day.time_outs.get(number)
    if found is None:
        yield GuardReason(
            "time-out-missing",
            f"Time-out {number} has not been held.",
            f"Time-out {number} is held",
        )
    elif start_at is not None and not found.covers(start_at):
        yield GuardReason(
            "time-out-expired",
            f"Time-out {number} is not valid at that time.",
            f"Time-out {number} is held again",
        )


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


def times_run_forward(
    facts: Facts, start: datetime, end: datetime
) -> Iterator[GuardReason]:
    if end <= start:
        yield GuardReason("time-order", "The end must be later than the start.")
    if end > facts.now:
        yield future("The end")


def future(what: str) -> GuardReason:
    return GuardReason("in-the-future", f"{what} lies in the future.")


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


def numbed(allergies: frozenset[str]) -> Iterator[GuardReason]:
    """No local anaesthetic, of whatever agent, with that allergy."""
    if "local_anaesthetic" in allergies:
        yield GuardReason(
            "ALL-01", "ALL-01: allergy to local anaesthetics.", "None is given"
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
