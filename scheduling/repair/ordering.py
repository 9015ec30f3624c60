"""Visits that can stand in for each other: of two such plans one is enough.

Two visits with the same needs, for which the same resources are free at both their
starts, can change places. Where that costs less, or as much and brings them into the
order agreed, the plan as it is need not be looked at. Only where nobody would wait for
anybody else than before: at starts at which neither could take what a visit still has;
and one that is called instead of the other only if nobody could take what they have.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import permutations

from scheduling.repair.pricing import Option
from scheduling.repair.problem import Affected
from scheduling.repair.waits import meeting


class Order:
    """Which of the visits that are `moved` can change places, at which starts."""

    def __init__(self, visits: Sequence[Affected], moved: Collection[int]) -> None:
        self._visits = visits
        self._here = Counter(v.patient for v in visits if _counts(v))
        self._pairs = {
            (i, j)
            for i, j in permutations(moved, 2)
            if visits[i].plan == visits[j].plan
            and self._may_change(visits[i], visits[j])
        }
        self._known: dict[tuple[int, int, int], bool] = {}
        self._wanted: dict[int, bool] = {}

    def holds(self, i: int, one: Option, j: int, other: Option) -> bool:
        """False if the two had better change places, or might as well."""
        if (i, j) not in self._pairs or one.start == other.start:
            return True
        if not (self._alike(i, j, one.start) and self._alike(i, j, other.start)):
            return True
        gain = one.cost + other.cost
        gain -= self._cost(i, other) + self._cost(j, one)
        return gain < 0 or (gain == 0 and self._agreed(i, one, j, other))

    def _may_change(self, one: Affected, other: Affected) -> bool:
        """Whether neither's patient could be at two visits at once for it."""
        if _counts(one) and _counts(other) and one.patient == other.patient:
            return True
        return self._is_alone(one) and self._is_alone(other)

    def _is_alone(self, visit: Affected) -> bool:
        return not _counts(visit) or self._here[visit.patient] < 2

    def _cost(self, i: int, option: Option) -> int:
        if option.start is None:
            return option.cost
        return abs(option.start - self._visits[i].start)

    def _agreed(self, i: int, one: Option, j: int, other: Option) -> bool:
        first = (self._visits[i].start, i) < (self._visits[j].start, j)
        return first == (_when(one) < _when(other))

    def _alike(self, i: int, j: int, start: int | None) -> bool:
        """The same resources are free for both then, and nobody has them."""
        if start is None:
            return not (self._is_wanted(i) or self._is_wanted(j))
        key = (min(i, j), max(i, j), start)
        if key not in self._known:
            one, other = self._visits[i], self._visits[j]
            self._known[key] = (
                start in one.starts
                and start in other.starts
                and all(
                    set(one.choices(group, start)) == set(other.choices(group, start))
                    for group in one.plan.groups
                )
                and not self._may_wait(one, start)
                and not self._may_wait(other, start)
            )
        return self._known[key]

    def _may_wait(self, visit: Affected, start: int) -> bool:
        """Whether it could take then what any visit has, or its patient be at one."""
        return any(
            visit.is_beside_itself(start, other, other.start)
            or any(
                meeting(group, other.held.get(pk, 0)) >> start & 1
                for group in visit.plan.groups
                for pk in visit.choices(group, start)
            )
            for other in self._visits
        )

    def _is_wanted(self, index: int) -> bool:
        """Whether anybody else could take what it has, or be at it at all."""
        if index not in self._wanted:
            mine = self._visits[index]
            self._wanted[index] = self._here[mine.patient] > 1 or any(
                meeting(group, cells) & one.starts & other.allowed
                for other in self._visits
                if other is not mine
                for group in other.plan.groups
                for one in other.found[group.id]
                if (cells := mine.held.get(one.resource_id, 0))
            )
        return self._wanted[index]


def _counts(visit: Affected) -> bool:
    """Its patient must come, and be nowhere else."""
    return visit.in_person and visit.patient is not None


def _when(option: Option) -> float:
    return float("inf") if option.start is None else option.start
