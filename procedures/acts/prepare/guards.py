"""Guards of arranging a readiness item."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import Answers


def prepare(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if not data:
        return
    if data["item"] == "consent" and data["state"] == "waived":
        yield GuardReason(
            "consent-not-waived", "Consent cannot be waived.", "Consent is signed"
        )
    if data["item"] == "consent" and data["state"] == "done":
        yield GuardReason(
            "consent-by-signature",
            "Consent is done when it is signed.",
            "Consent is signed",
        )
    if data["state"] == "waived" and not data["reason"]:
        yield GuardReason(
            "reason-missing", "Waiving an item needs a reason.", "A reason is given"
        )
