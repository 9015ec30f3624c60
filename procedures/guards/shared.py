"""Guards that acts of the day have in common: consent, time-outs, marks, allergies."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from procedures.facts.episode import Facts, TargetFact
from procedures.facts.reason import GuardReason
from procedures.guards.stops import standing
from procedures.rules.candidacy import Level
from procedures.rules.stops import EPISODE, PRODUCT, Finding

Answers = Mapping[str, Any]
# Yields the reasons against an act: without answers what is known before anything is
# typed, with them what they bring up as well.
Guard = Callable[[Facts, Answers | None], Iterable[GuardReason]]
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
    """Refuse while no rule is in force: nothing would ever fire then."""
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
    elif missing := [name_of(t) for t in facts.waiting if t.id not in found.targets]:
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


def name_of(target: TargetFact) -> str:
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


def expired() -> GuardReason:
    finding = Finding(rule="product-expired", question="", scope=PRODUCT)
    return GuardReason("product-expired", "The product has expired.", "", finding)


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


def times_run_forward(
    facts: Facts, start: datetime, end: datetime
) -> Iterator[GuardReason]:
    if end <= start:
        yield GuardReason("time-order", "The end must be later than the start.")
    if end > facts.now:
        yield future("The end")


def future(what: str) -> GuardReason:
    return GuardReason("in-the-future", f"{what} lies in the future.")


def numbed(allergies: frozenset[str]) -> Iterator[GuardReason]:
    """No local anaesthetic, of whatever agent, with that allergy."""
    if "local_anaesthetic" in allergies:
        yield GuardReason(
            "ALL-01", "ALL-01: allergy to local anaesthetics.", "None is given"
        )


def hold(facts: Facts) -> Iterator[GuardReason]:
    """More than minimal manipulation, or an additive that is not allowed."""
    if facts.day.product and facts.day.product.regulatory_hold:
        yield GuardReason(
            "regulatory-hold",
            "The product is on regulatory hold and is never injected.",
        )


# Characters of an explanation below which it says nothing.
LEAST_EXPLANATION = 20


def too_late(text: str) -> GuardReason:
    """A correction that would end after what followed it had begun."""
    return GuardReason("time-order", text)
