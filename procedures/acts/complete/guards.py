"""Guards of closing an episode."""

from collections.abc import Iterator

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import Answers


def complete(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    waiting = facts.day.open_follow_ups
    if data and data["outcome"] != "completed":
        if not data["reason"]:
            yield GuardReason(
                "reason-missing", "Closing early needs a reason.", "A reason is given"
            )
    elif data and waiting:
        yield GuardReason(
            "follow-ups-open",
            f"Follow-ups are still open: {', '.join(waiting)}.",
            "Each is answered, or its window has closed",
        )
