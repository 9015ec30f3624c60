"""Guards of adverse events and of answers at a follow-up."""

from collections.abc import Iterator, Mapping
from typing import Any

from procedures import day_vocabulary as words
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason

Answers = Mapping[str, Any]
# CTCAE: grade 5 is death related to the event.
DEATH_GRADE = 5


def adverse_event(facts: Facts, data: Answers | None) -> Iterator[GuardReason]:
    if not data:
        return
    grades = words.ADVERSE_EVENT_GRADES[data["term"]]
    if data["grade"] not in grades:
        allowed = ", ".join(str(grade) for grade in grades)
        yield GuardReason(
            "grade-not-allowed", f"This term has the grades {allowed} (CTCAE)."
        )
    if data["onset_at"] > facts.now:
        yield GuardReason("in-the-future", "The onset lies in the future.")
    if _tells_a_death(data) and not facts.is_deceased:
        # Refused and not done along with it: who said so and on which day is a
        # statement of its own, and an event's grade is too easily a slip of the key.
        yield GuardReason(
            "death-not-recorded",
            "This tells of a death, and the patient is not recorded as deceased.",
            "Record the death on the patient's page first: it stops all messages.",
        )


def _tells_a_death(data: Answers) -> bool:
    return (
        data["grade"] == DEATH_GRADE
        or data["outcome"] == "fatal"
        or "death" in (data["serious_because"] or ())
    )


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
