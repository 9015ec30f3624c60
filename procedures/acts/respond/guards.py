"""Guards of answers at a follow-up."""

from collections.abc import Iterator, Mapping
from typing import Any

from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason

Answers = Mapping[str, Any]


def respond(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if not data:
        return
    found = facts.day.follow_up(data["follow_up"])
    if found is None:
        yield GuardReason("follow-up-unknown", "There is no such follow-up.")
    elif found.answered and facts.today > found.window_to:
        yield GuardReason("follow-up-answered", "It has been answered already.")
    elif facts.today < found.window_from:
        yield GuardReason(
            "follow-up-early",
            f"It opens on {found.window_from.isoformat()}.",
            "Its window opens",
        )
    if not _tells_something(data):
        yield GuardReason(
            "nothing-answered", "Nothing was answered.", "At least one answer is given"
        )


def _tells_something(data: Answers) -> bool:
    own = ("nrs", "temperature_c", "swelling", "bears_weight", "warning_signs", "note")
    if any(data[name] not in (None, "", (), []) for name in own):
        return True
    if data["milestones"]:
        return True
    forms = (data["instruments"] or {}).values()
    # What is no form at all is said by the questionnaires themselves.
    return any(not isinstance(one, Mapping) or answered(one) for one in forms)


def answered(items: Mapping[str, Any]) -> dict[str, Any]:
    """The items of a questionnaire that have an answer."""
    return {key: value for key, value in items.items() if value not in (None, "")}
