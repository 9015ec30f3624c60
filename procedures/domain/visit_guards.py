"""Guards of check-in, time-out, harvest and discharge."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from procedures.domain import anaesthetics, kits, volumes
from procedures.domain import day_vocabulary as words
from procedures.domain.day_facts import drug_key
from procedures.domain.facts import ConsentFact, Facts, TargetFact
from procedures.domain.reason import GuardReason
from procedures.domain.rules import Level
from procedures.domain.vitals_guards import vital_signs
from procedures.domain.vocabulary import SEDATION_LEVELS

Answers = Mapping[str, Any]
LONGEST_HARVEST = timedelta(minutes=90)
LEAST_RECOVERY_SCORE = 9
FASTING = timedelta(hours=6)
NEEDS_A_TEST_AGES = range(18, 56)
DAY_OF_OVERRIDE = "MED-NSAID-01"
DEPTHS = tuple(level for level, _ in SEDATION_LEVELS)


def incident(facts: Facts) -> Iterator[GuardReason]:
    """A scan that did not match stops everything on the way to the patient."""
    if facts.day.open_incidents:
        yield GuardReason(
            "scan-incident",
            "A scan did not match; the line is stopped.",
            "Two people resolve the mismatch (hand-off, resolve)",
        )


def hard_rules(facts: Facts) -> Iterator[GuardReason]:
    """A HARD rule is never passed, whatever happened after the approval."""
    yield from no_rules(facts)
    for hit in facts.fired:
        if hit.level is Level.HARD:
            yield GuardReason(hit.code, f"{hit.code}: {hit.text}", hit.lifts)


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
    elif facts.today > found.valid_until:
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


def _not_covered(facts: Facts, found: ConsentFact) -> list[str]:
    return [_name(t) for t in facts.targets if t.id not in found.targets]


def _name(target: TargetFact) -> str:
    return f"{target.laterality} {target.joint}"


def check_in(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from consent(facts)
    yield from hard_rules(facts)
    if facts.procedure_on != facts.today:
        yield GuardReason(
            "not-today",
            "The procedure is not booked for today.",
            "The visit is moved to today",
        )
    if data:
        yield from _medication(facts, data)
        yield from _pregnancy(facts, data)
        yield from _sedation(facts, data)
        yield from marks(facts, data)


def _medication(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    doses = data["last_doses"] or ()
    told = {drug_key(dose["drug"]) for dose in doses}
    for drug in facts.day.held_drugs:
        if drug_key(drug) not in told:
            yield GuardReason(
                "last-dose-missing",
                f"The last dose of {drug} is not recorded.",
                "The last dose of every held drug is asked and recorded",
            )
    if DAY_OF_OVERRIDE not in facts.overridden:
        for dose in doses:
            yield from _too_recent(facts, dose)


def _too_recent(facts: Facts, dose: Answers) -> Iterator[GuardReason]:
    days = facts.day.nsaid_hold_days
    last_on = dose["last_dose_at"].astimezone(facts.day.zone).date()
    drug_class = facts.day.drug_class(dose["drug"], dose["drug_class"])
    if drug_class == "nsaid" and last_on > facts.today - timedelta(days):
        yield GuardReason(
            DAY_OF_OVERRIDE,
            f"{DAY_OF_OVERRIDE}: {dose['drug']} was taken on {last_on.isoformat()}, "
            f"within {days} days.",
            "An override for today with a clinician's reason",
        )


def _pregnancy(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    answer = data["pregnancy_test"]
    if answer == "positive":
        yield GuardReason("PREG-01", "PREG-01: the pregnancy test is positive.")
    # Not knowing is no reason not to ask.
    in_question = (
        facts.day.biological_sex != "male" and facts.day.age_years in NEEDS_A_TEST_AGES
    )
    if answer == "not_applicable" and in_question:
        yield GuardReason(
            "pregnancy-test-missing",
            "A pregnancy test of today is needed.",
            "A negative test of today, or documented sterility",
        )


def _sedation(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    found = facts.consent("procedure")
    if found is None or found.sedation == "none":
        return
    if not data["driver_name"] or not data["driver_phone"]:
        yield GuardReason(
            "driver-missing",
            "With sedation a driver must be named.",
            "Name and phone of the driver are recorded",
        )
    since = data["fasting_since"]
    if found.sedation != "level_1" and (since is None or facts.now - since < FASTING):
        yield GuardReason(
            "not-fasting",
            "The patient has not fasted long enough for this sedation.",
            "Six hours without food",
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
            yield _future("The mark")


def time_out(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from incident(facts)
    yield from consent(facts)
    yield from vital_signs(facts)
    if data:
        yield from _answers(data)
        if facts.stage == "checked_in":
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
            )


def _unmarked(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    marked = facts.day.marked | {m["target"] for m in data["site_marks"] or ()}
    for target in facts.targets:
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
    yield from hard_rules(facts)
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
        yield _future("The end")


def _future(what: str) -> GuardReason:
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
    if data["anticoagulant"] == "heparin_sodium" and "heparin" in allergies:
        yield GuardReason(
            "ALL-01",
            "ALL-01: heparin allergy or HIT; heparin is not used.",
            "ACD-A is used instead",
        )
    given = anaesthetics.doses(data["anaesthetics"] or ())
    if given and "local_anaesthetic" in allergies:
        yield GuardReason("ALL-01", "ALL-01: allergy to local anaesthetics.")
    if given and anaesthetics.fraction_of_highest(given, facts.day.weight_kg) > 1:
        yield GuardReason(
            "anaesthetic-too-much",
            "More local anaesthetic than the highest safe dose.",
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


def discharge(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    yield from _stay(facts)
    if data:
        yield from _checks(data)
        yield from _after_sedation(facts, data)
        yield from _all_accounted_for(facts, data)


def _stay(facts: Facts) -> Iterator[GuardReason]:
    ended = facts.day.injected_until
    found = facts.consent("procedure")
    least = words.minimum_stay_minutes(found.sedation if found else "none")
    if ended is None or facts.now < ended + timedelta(minutes=least):
        yield GuardReason(
            "stay-too-short",
            f"The patient stays at least {least} minutes after the last injection.",
            "The time has passed",
        )


def _checks(data: Answers) -> Iterator[GuardReason]:
    for name, label in words.DISCHARGE_CHECKS:
        if not data[name]:
            yield GuardReason("discharge-no", f"Answered no: {label}.")


def _after_sedation(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    found = facts.consent("procedure")
    if found is None or found.sedation == "none":
        return
    if (data["recovery_score"] or 0) < LEAST_RECOVERY_SCORE:
        yield GuardReason("recovery-score", "After sedation the score must be 9 or 10.")
    if not data["escort_name"]:
        yield GuardReason("escort-missing", "After sedation an escort must be named.")


def _all_accounted_for(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    product = facts.day.product
    if product is None:
        return
    parts = facts.day.used_ml + data["discarded_ml"]
    if not volumes.accounts_for(parts, product.bmc_ml):
        yield GuardReason(
            "volume-open",
            f"{parts} mL of {product.bmc_ml} mL are accounted for.",
            "What was injected, kept and discarded adds up to the concentrate",
        )
