"""Steps in the order of time: each in its own unit of work, messages in between."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from core.db import unit_of_work
from core.refusal import Refused


class StepRefused(Exception):
    """The services refused what the story tells: the story or the rules are wrong."""


Run = Callable[[datetime], object]
Deliver = Callable[[datetime], None]


@dataclass(slots=True)
class Timeline:
    """Steps sorted by their instant; those of one instant keep their order."""

    steps: list[tuple[datetime, str, Run]] = field(default_factory=list)

    def add(self, at: datetime, name: str, run: Run) -> None:
        """`run` gets the instant as `now`; if it is refused, the play stops."""
        self.steps.append((at, name, lambda now: unit_of_work(lambda: run(now))))

    def add_job(self, at: datetime, name: str, run: Run) -> None:
        """The same for work that enters units of work of its own."""
        self.steps.append((at, name, run))

    def play(self, deliver: Deliver, until: datetime | None = None) -> int:
        """Play every step not later than `until`; how many were played.

        `deliver(instant)` sends what is due before each step, and once at the end.
        """
        ordered = sorted(self.steps, key=lambda step: step[0])
        due = [s for s in ordered if until is None or s[0] <= until]
        for at, name, run in due:
            deliver(at)
            self._play(at, name, run)
        end = until or (due[-1][0] if due else None)
        if end:
            deliver(end)
        return len(due)

    @staticmethod
    def _play(at: datetime, name: str, run: Run) -> None:
        answer = run(at)
        if isinstance(answer, Refused):
            reasons = "; ".join(r.text for r in answer.reasons)
            raise StepRefused(f"{name} at {at:%Y-%m-%d %H:%M}: {reasons}")
