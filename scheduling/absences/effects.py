"""Effects of a change of hours, days or resources on the visits, in numbers only.

Administrators see no patients; how many visits need a decision they may know.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from scheduling.absences.selectors import to_decide

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Effect:
    """Visits that came to need a decision, that need none any more, and that wait
    for one at the clinic now."""

    opened: int
    settled: int
    waiting: int


def counted(clinic_id: int, act: Callable[[], T]) -> tuple[T, Effect]:
    """Call `act`; return its answer and its effect on the clinic's visits."""
    before = to_decide(clinic_id)
    done = act()
    after = to_decide(clinic_id)
    return done, Effect(len(after - before), len(before - after), len(after))
