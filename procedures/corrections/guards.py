"""Guards of corrections: what may be on record at all may also be put right to it.

A correction tells again what was done, so the guards that look at the answers are
asked with the corrected ones, on the day and under the time-out of the record. What
only stops an act from beginning (its stage, a scan, a consent taken back since) is
not asked again.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from procedures.acts.day_guards import Guard
from procedures.acts.process import guards as product_guards
from procedures.acts.respond import guards as follow_up_guards
from procedures.corrections.table import KINDS
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards import shared

Answers = Mapping[str, Any]

# Kind of record: the act that makes it, which is also who may put it right.
MADE_BY = {code: kind.made_by for code, kind in KINDS.items()}
CORRECTABLE = tuple(code for code, kind in KINDS.items() if kind.values)


def harvest(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    assert data is not None, "a correction has its answers"
    yield from shared.valid_time_out(facts, 1, data["start_at"])
    yield from shared.harvest_answers(facts, data)
    product = facts.day.product
    if product and data["end_at"] > product.start_at:
        yield _too_late("The harvest ends before its processing starts.")


def processing(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    assert data is not None, "a correction has its answers"
    yield from product_guards.bench_answers(facts, data)
    yield from _before_release(facts, data["end_at"])


def _before_release(facts: Facts, end_at: datetime) -> Iterator[GuardReason]:
    product = facts.day.product
    if product and product.released_at and end_at > product.released_at:
        yield _too_late("The processing ends before its release.")


def injection(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    assert data is not None, "a correction has its answers"
    yield from shared.valid_time_out(facts, 2, data["start_at"])
    yield from product_guards.usable(facts, data["start_at"], data["end_at"])
    yield from shared.times_run_forward(facts, data["start_at"], data["end_at"])
    yield from product_guards.planned_target(facts, data)
    yield from product_guards.joint(facts, data)


def _too_late(text: str) -> GuardReason:
    return GuardReason("time-order", text)


GUARDS: dict[str, Guard] = {
    "harvest": harvest,
    "processing": processing,
    "injection": injection,
    "adverse_event": follow_up_guards.adverse_event,
}


def reasons_against(facts: Facts, kind: str, data: Answers) -> tuple[GuardReason, ...]:
    """Why the record cannot be corrected to these (parsed) answers."""
    guard = GUARDS.get(kind)
    return tuple(guard(facts, data)) if guard else ()
