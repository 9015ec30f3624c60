"""Guards of the discharge."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from procedures import day_vocabulary as words
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.products import volumes

Answers = Mapping[str, Any]
LEAST_RECOVERY_SCORE = 9


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
