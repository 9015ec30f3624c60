"""Prices for scarce time: how little a set of visits can cost at the very best.

Every stretch of time of every kind of resource has a price. If each visit takes the
option that is cheapest for it alone, prices included, then what they all pay, less
what all the free stretches are worth, is never more than any plan costs, whatever the
prices: no plan takes a stretch more often than it is free. (Lagrange's relaxation.)
Prices that rise where too many want to go, and fall where too few do, make it close.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

from scheduling.domain.bits import has
from scheduling.domain.placing import Affected
from scheduling.domain.plan import Group

# Prices are whole numbers, so that the bound is exact: so many are one of cost.
SCALE = 256
MOMENTUM = 0.8


@dataclass(frozen=True, slots=True)
class Option:
    """A start, or None: call the patient; and what that costs."""

    start: int | None
    cost: int


Options = Mapping[int, Sequence[Option]]  # by the visit's position
Priced = Mapping[int, Sequence[tuple[int, Option]]]
_Row = Sequence[tuple[int, int]]  # from and to, in stretches


class Market:
    """The stretches that some of `options` need, each resource's after another's.

    Nothing begins or ends within a stretch; it serves one visit. `prices` are theirs.
    """

    def __init__(
        self, visits: Sequence[Affected], options: Options, known: "Market | None"
    ) -> None:
        self._options = options
        self._ids = sorted(
            {c.resource_id for v in visits for some in v.found.values() for c in some}
        )
        self._lines = {pk: n for n, pk in enumerate(self._ids)}
        self._edges = sorted(set(_edges(visits, options)))
        self._at = {edge: at for at, edge in enumerate(self._edges)}
        self._rows = {
            i: [self._row(visits[i], option.start, i) for option in some]
            for i, some in options.items()
        }
        self._moved: dict[int, float] = {}
        self.prices = (
            known.prices_for(self)
            if known
            else [0] * (len(self._ids) * len(self._edges))
        )

    def priced(self) -> Priced:
        """Each option with what it costs, prices included."""
        sums = list(accumulate(self.prices, initial=0))
        found = {}
        for i, some in self._options.items():
            line = []
            for option, row in zip(some, self._rows[i], strict=True):
                price = option.cost * SCALE
                for count, ways in row:
                    if count == 1:
                        price += min(
                            [sum([sums[e] - sums[b] for b, e in way]) for way in ways]
                        )
                    else:
                        price += sum(
                            sorted(
                                [
                                    sum([sums[e] - sums[b] for b, e in way])
                                    for way in ways
                                ]
                            )[:count]
                        )
                line.append((price, option))
            found[i] = line
        return found

    def worth(self) -> int:
        """Of all that is free."""
        return sum(self.prices)

    def adjust(self, chosen: Mapping[int, Option], gap: float) -> bool:
        """Move the prices towards what `chosen` would need; False if they suit.

        With some of the way they moved before, as all may want to go where none went.
        """
        excess = self._excess(chosen)
        for at, before in self._moved.items():
            excess[at] = excess.get(at, 0) + MOMENTUM * before
        self._moved = {at: more for at, more in excess.items() if abs(more) > 0.01}
        norm = sum(more * more for more in self._moved.values())
        for at, more in self._moved.items():
            self.prices[at] = max(0, self.prices[at] + round(gap * more / norm))
        return bool(self._moved)

    def _excess(self, chosen: Mapping[int, Option]) -> dict[int, float]:
        """How much more is wanted than free; where less is, only if it has a price."""
        sums = list(accumulate(self.prices, initial=0))
        wanted = [0] * len(self.prices)
        for i, option in chosen.items():
            for count, ways in self._rows[i][self._options[i].index(option)]:
                for way in sorted(
                    ways,
                    key=lambda w: sum(
                        [sums[e] - sums[b] + sum(wanted[b:e]) for b, e in w]
                    ),
                )[:count]:
                    for begin, end in way:
                        for at in range(begin, end):
                            wanted[at] += 1
        return {
            at: want - 1
            for at, (want, price) in enumerate(zip(wanted, self.prices, strict=True))
            if want > 1 or (price and want < 1)
        }

    def prices_for(self, other: "Market") -> list[int]:
        """The same for a market of fewer options, whose edges are all ours."""
        sums = list(accumulate(self.prices, initial=0))
        prices = [0] * (len(self._ids) * len(other._edges))
        for number in range(len(self._ids)):
            ours, theirs = number * len(self._edges), number * len(other._edges)
            line = [sums[ours + self._at[edge]] for edge in other._edges]
            for at in range(len(line) - 1):
                prices[theirs + at] = line[at + 1] - line[at]
        return prices

    def _row(self, visit: Affected, start: int | None, turn: int):
        if start is None:
            return ()
        return [
            (
                group.count,
                [
                    [
                        (
                            self._place(c.resource_id, start + begin),
                            self._place(c.resource_id, start + end),
                        )
                        for begin, end in group.occupied
                    ]
                    for c in visit.found[group.id]
                    if has(c.starts, start)
                ],
            )
            for group in visit.plan.groups
        ]

    def _place(self, pk: int, cell: int) -> int:
        return self._lines[pk] * len(self._edges) + self._at[cell]


def _edges(visits: Sequence[Affected], options: Options) -> Iterable[int]:
    return (
        option.start + cell
        for i, some in options.items()
        for option in some
        if option.start is not None
        for group in visits[i].plan.groups
        for span in group.occupied
        for cell in span
    )
