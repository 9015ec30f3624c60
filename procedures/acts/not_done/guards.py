"""Guards of recording that a target is not treated."""

from collections.abc import Iterator, Mapping
from typing import Any

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason

Answers = Mapping[str, Any]
LEAST_NOTE = 10


def not_done(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    """One target of several; where none would be left, the day is aborted instead."""
    left = [t for t in facts.waiting if t.id not in facts.day.injected]
    if not left or (len(left) == 1 and not facts.day.injected):
        yield GuardReason(
            "nothing-left",
            "Nothing would be treated then.",
            "The procedure is aborted, with its reason",
        )
    if data:
        yield from _target(facts, data)


def _target(facts: Facts, data: Answers) -> Iterator[GuardReason]:
    if data["target"] not in {target.id for target in facts.targets}:
        yield GuardReason("target-unknown", "The target is not in the plan.")
    elif data["target"] in facts.day.injected:
        yield GuardReason("target-injected", "This target has been injected.")
    elif data["target"] in facts.day.not_done:
        yield GuardReason("target-not-done", "This target is recorded as not done.")
    if data["reason"] == "other" and len(data["note"]) < LEAST_NOTE:
        yield GuardReason(
            "reason-missing",
            "Another reason is written down.",
            f"A note of at least {LEAST_NOTE} characters",
        )
