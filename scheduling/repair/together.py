"""Whether visits fit together, each at its start, and who serves them.

Visits move one after the other, each into time that is free when its turn comes: free
already, or given up by one that moved before. Who is called keeps their time. So many
fit together if no two take the same time, and none waits, through however many, for
itself.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from operator import or_

from scheduling.repair.choosing import Choosing, Chosen, Item, entangled
from scheduling.repair.problem import Affected, Placement
from scheduling.timegrid.bitset import span
from scheduling.visit_types.plan import Group

Placed = Mapping[int, Placement]


class Together:
    """Places visits of one plan beside each other.

    `spend` is told of work as it is done, and may raise to end it.
    """

    def __init__(
        self,
        visits: Sequence[Affected],
        spend: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.visits = visits
        self._spend = spend
        self._items: dict[tuple[int, int], tuple[Item, ...]] = {}
        self._as_patient: dict[tuple[int, int], int] = {}
        self._held = {pk for visit in visits for pk in visit.held}

    def place(
        self, placed: Placed, index: int, start: int | None, staying: int = 0
    ) -> dict[int, Placement] | None:
        """All of them with visit `index` at `start` (None: called), or None if they do
        not fit together.

        Starts stay; resources change where only that makes room. Nobody takes what
        those called have, nor what the visits `staying` do: bit i is that at position
        i. Of all others it is open whether they leave.
        """
        if start is not None and self._is_elsewhere(placed, index, start):
            return None
        starts = {i: one.start for i, one in placed.items()} | {index: start}
        staying |= sum(1 << i for i, at in starts.items() if at is None)
        chosen = self._choose(placed, index, start, staying)
        if chosen is None:
            return None
        return {i: self._placement(i, at, chosen) for i, at in starts.items()}

    def items(self, index: int, start: int) -> tuple[Item, ...]:
        """What must be chosen for if the visit starts then; kept, as it is asked for
        again and again."""
        key = index, start
        if key not in self._items:
            groups = self.visits[index].plan.groups
            self._items[key] = tuple(self._item(index, one, start) for one in groups)
        return self._items[key]

    def _item(self, index: int, group: Group, start: int) -> Item:
        """Whoever is free already comes before those that somebody has."""
        cells = reduce(or_, (span(start + b, start + e) for b, e in group.occupied))
        choices = self.visits[index].choices(group, start)
        waits = {
            pk: some for pk in choices if (some := self._waits_for(index, pk, cells))
        }
        choices.sort(key=waits.__contains__)
        return Item(index, group, cells, tuple(choices), waits)

    def _waits_for(self, index: int, resource: int, cells: int) -> int:
        if resource not in self._held:
            return 0
        return sum(
            1 << i
            for i, other in enumerate(self.visits)
            if i != index and other.held.get(resource, 0) & cells
        )

    def _waits_as_patient(self, index: int, start: int | None) -> int:
        """For what else the patient has agreed to come to when it starts."""
        if start is None:
            return 0
        key, mine = (index, start), self.visits[index]
        if key not in self._as_patient:
            self._as_patient[key] = sum(
                1 << i
                for i, other in enumerate(self.visits)
                if i != index and mine.is_beside_itself(start, other, other.start)
            )
        return self._as_patient[key]

    def _is_elsewhere(self, placed: Placed, index: int, start: int) -> bool:
        mine = self.visits[index]
        return any(
            one.start is not None
            and mine.is_beside_itself(start, self.visits[i], one.start)
            for i, one in placed.items()
        )

    def _choose(
        self, placed: Placed, index: int, start: int | None, staying: int
    ) -> Chosen | None:
        """For all of them; what was chosen before changes only where that makes room:
        what is wanted now, or if somebody would wait for what is not given up, all."""
        before = self._chosen_before(placed)
        new = () if start is None else self.items(index, start)
        waits = {i: self._waits_as_patient(i, one.start) for i, one in placed.items()}
        waits[index] = self._waits_as_patient(index, start)
        wanted = entangled(list(before), new)

        def attempt(loose: Sequence[Item]) -> tuple[Chosen | None, bool]:
            kept = {item: who for item, who in before.items() if item not in loose}
            choosing = Choosing(kept, waits, staying, self._spend)
            return choosing.run([*loose, *new], index), choosing.barred

        chosen, barred = attempt([])
        if chosen is None and wanted:
            chosen, more = attempt(wanted)
            barred = barred or more
        if chosen is None and barred and len(wanted) < len(before):
            chosen, _ = attempt(list(before))
        return chosen

    def _chosen_before(self, placed: Placed) -> Chosen:
        return {
            item: one.assignment[item.group.id]
            for i, one in placed.items()
            if one.start is not None
            for item in self.items(i, one.start)
        }

    def _placement(self, index: int, start: int | None, chosen: Chosen) -> Placement:
        if start is None:
            return Placement()
        items = self.items(index, start)
        return Placement(start, {item.group.id: chosen[item] for item in items})
