"""Steps of a recovery: when each is expected, and how it is asked and told in words.

They are versioned data. A step is reached on a day, not yet reached, or nobody knows;
what its window's end finds unreached becomes somebody's task.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from procedures.follow_up.timetable import add_months

REACHED, NOT_YET, UNKNOWN = "reached", "not_yet", "unknown"
ANSWERS: Final = (REACHED, NOT_YET, UNKNOWN)
LABELS: Final = {
    REACHED: {"en": "Yes", "es": "Sí"},
    NOT_YET: {"en": "Not yet", "es": "Todavía no"},
    UNKNOWN: {"en": "I am not sure", "es": "No lo sé"},
}
# The key of its question begins like this: no dot, which names a questionnaire.
PREFIX: Final = "milestone:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One step: its window after the injection, and the contacts that ask for it."""

    code: str
    name: Mapping[str, str]
    question: Mapping[str, str]
    asked_at: tuple[str, ...]
    window_days: tuple[int, int] | None = None
    months: int = 0
    window_around_days: int = 0

    def window(self, injected_on: date) -> tuple[date, date]:
        """Return its first and last day after an injection on that day."""
        if self.window_days:
            first, last = self.window_days
            return injected_on + timedelta(first), injected_on + timedelta(last)
        middle = add_months(injected_on, self.months)
        around = timedelta(self.window_around_days)
        return middle - around, middle + around


def from_data(data: Mapping[str, Any]) -> Milestone:
    """Return the step that one entry of the data describes."""
    window = data.get("window_days")
    return Milestone(
        code=data["code"],
        name=data["name"],
        question=data["question"],
        asked_at=tuple(data["asked_at"]),
        window_days=(window[0], window[1]) if window else None,
        months=data.get("months", 0),
        window_around_days=data.get("window_around_days", 0),
    )


def question_key(code: str) -> str:
    """Return the key of the question that asks for a step."""
    return f"{PREFIX}{code}"
