"""Choosing who serves visits whose starts are known, and in which order they can move.

A visit that takes what another still has waits for it; nobody may wait, through
however many, for themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from scheduling.repair.waits import Waits, leads_back
from scheduling.visit_types.plan import Group

STEPS_LIKE_A_LOOK = 50


@dataclass(frozen=True, eq=False)
class Item:
    """One group of the visit at `index`, at some start: `cells` it needs, who could
    serve, and whom it waits for if they do."""

    index: int
    group: Group
    cells: int
    choices: tuple[int, ...]
    waits: Mapping[int, int]  # by resource, where there is anybody to wait for

    def may_want_the_same(self, other: "Item") -> bool:
        return bool(self.cells & other.cells) and not set(self.choices).isdisjoint(
            other.choices
        )

    def waits_for(self, resources: Sequence[int]) -> int:
        waits = 0
        for pk in resources if self.waits else ():
            waits |= self.waits.get(pk, 0)
        return waits


Chosen = dict[Item, tuple[int, ...]]
Taken = Mapping[int, int]  # by resource: its cells that are chosen


class Choosing:
    """One try: resources for some items beside those that are `kept`.

    `waits` are those for reasons other than resources. None waits for the visits
    `staying`. Afterwards `barred` says whether any choice was refused because of whom
    somebody would wait for.
    """

    def __init__(
        self, kept: Chosen, waits: Waits, staying: int, spend: Callable[[int], None]
    ) -> None:
        self.barred = False
        self._kept = kept
        self._staying = staying
        self._spend = spend
        self._steps = 0
        self._waits = dict(waits)
        for item, resources in kept.items():
            if item.waits:
                self._waits[item.index] |= item.waits_for(resources)

    def run(self, items: Sequence[Item], index: int) -> Chosen | None:
        """For all of them, the visit at `index` being new; with those kept."""
        if any(waits & self._staying for waits in self._waits.values()) or leads_back(
            self._waits, index, self._waits[index]
        ):
            self.barred = True
            return None
        chosen = self._choose(items, _taken(self._kept), self._waits)
        return None if chosen is None else {**self._kept, **chosen}

    def _choose(
        self, items: Sequence[Item], taken: Taken, waits: Waits
    ) -> Chosen | None:
        """Resources besides what is taken already; the scarcest first."""
        if not items:
            return {}
        self._count()
        left = [
            [pk for pk in item.choices if not taken.get(pk, 0) & item.cells]
            for item in items
        ]
        spare = [
            len(some) - item.group.count for some, item in zip(left, items, strict=True)
        ]
        at = min(range(len(items)), key=spare.__getitem__)
        if spare[at] < 0:
            return None
        item, rest = items[at], [*items[:at], *items[at + 1 :]]
        for resources in combinations(left[at], item.group.count):
            waiting = self._with(waits, item, resources)
            if waiting is None:
                continue
            more = {pk: taken.get(pk, 0) | item.cells for pk in resources}
            chosen = self._choose(rest, {**taken, **more}, waiting)
            if chosen is not None:
                return {**chosen, item: resources}
        return None

    def _with(self, waits: Waits, item: Item, resources: Sequence[int]) -> Waits | None:
        """None if they could not be had in any order."""
        more = item.waits_for(resources)
        if not more:
            return waits
        if more & self._staying or leads_back(waits, item.index, more):
            self.barred = True
            return None
        return {**waits, item.index: waits[item.index] | more}

    def _count(self) -> None:
        self._steps += 1
        if self._steps % STEPS_LIKE_A_LOOK == 0:
            self._spend(1)


def entangled(pool: list[Item], new: Sequence[Item]) -> list[Item]:
    """Those that want what the new ones want, or what such others want, and so on."""
    loose: list[Item] = []
    frontier = list(new)
    while frontier:
        item = frontier.pop()
        found = [other for other in pool if item.may_want_the_same(other)]
        pool = [other for other in pool if other not in found]
        loose += found
        frontier += found
    return loose


def _taken(chosen: Chosen) -> Taken:
    taken: dict[int, int] = {}
    for item, resources in chosen.items():
        for resource in resources:
            taken[resource] = taken.get(resource, 0) | item.cells
    return taken
