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
    """Counts of the clinic's visits by what became of their decision.

    `opened` came to need one, `settled` need none any more, `waiting` wait for one now.
    """

    opened: int
    settled: int
    waiting: int


def counted(clinic_id: int, act: Callable[[], T]) -> tuple[T, Effect]:
    """Call `act`; return its answer and its effect on the clinic's visits."""
    before = to_decide(clinic_id)
    done = act()
    after = to_decide(clinic_id)
    return done, Effect(len(after - before), len(before - after), len(after))
