"""Guards of an adverse event."""

from collections.abc import Iterator

from procedures import day_vocabulary as words
from procedures.facts.episode import Facts
from procedures.facts.reason import GuardReason
from procedures.guards.shared import Answers

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
