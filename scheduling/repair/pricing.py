"""Prices for scarce time: how little a set of visits can cost at the very best.

Every stretch of time of every kind of resource has a price. If each visit takes the
option that is cheapest for it alone, prices included, then what they all pay, less
what all the free stretches are worth, is never more than any plan costs, whatever the
prices: no plan takes a stretch more often than it is free. (Lagrange's relaxation.)
Prices that rise where too many want to go, and fall where too few do, make it close.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from scheduling.repair.problem import Affected
from scheduling.timegrid.bitset import spans_of

# Prices are whole numbers, so that the bound is exact: so many are one of cost.
SCALE = 256
MOMENTUM = 0.8  # of the last move that the next one keeps
PATIENCE = 6  # looks without a closer bound until steps are halved


@dataclass(frozen=True, slots=True)
class Option:
    """A start, or None: call the patient; and what that costs."""

    start: int | None
    cost: int


Options = Mapping[int, Sequence[Option]]  # by the visit's position
Priced = Mapping[int, Sequence[tuple[int, Option]]]
_Way = Sequence[tuple[int, int]]  # of one resource: from and to, in stretches
_Use = tuple[int, Sequence[_Way]]  # so many of these


class Market:
    """The stretches that some of `options` need, each resource's after another's.

    Nothing begins or ends within a stretch; it serves one visit. `prices` are theirs.
    """

    def __init__(
        self, visits: Sequence[Affected], options: Options, known: "Market | None"
    ) -> None:
        self._visits = visits
        self.options = options
        self._ids = sorted(
            {c.resource_id for v in visits for some in v.found.values() for c in some}
        )
        self._lines = {pk: n for n, pk in enumerate(self._ids)}
        self._edges = sorted(set(_edges(visits, options)))
        self._at = {edge: at for at, edge in enumerate(self._edges)}
        self._rows = {
            i: [self._row(visits[i], option.start) for option in some]
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
        return {
            i: [
                (option.cost * SCALE + sum([_least(use, sums) for use in row]), option)
                for option, row in zip(some, self._rows[i], strict=True)
            ]
            for i, some in self.options.items()
        }

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
            for count, ways in self._rows[i][self.options[i].index(option)]:
                dear = [_price_of(w, sums) + _wanted(w, wanted) for w in ways]
                for at in sorted(range(len(ways)), key=dear.__getitem__)[:count]:
                    for begin, end in ways[at]:
                        for stretch in range(begin, end):
                            wanted[stretch] += 1
        return {
            at: want - 1
            for at, (want, price) in enumerate(zip(wanted, self.prices, strict=True))
            if want > 1 or (price and want < 1)
        }

    def of(self, options: Options) -> "Market":
        """With fewer options."""
        return Market(self._visits, options, self)

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

    def _row(self, visit: Affected, start: int | None) -> Sequence[_Use]:
        """Who is called keeps what they have."""
        if start is None:
            return [
                (1, [[(self._place(pk, b), self._place(pk, e))]])
                for pk, b, e in _kept(visit)
                if pk in self._lines
            ]
        return [
            (
                group.count,
                [
                    [
                        (self._place(pk, start + b), self._place(pk, start + e))
                        for b, e in group.occupied
                    ]
                    for pk in visit.choices(group, start)
                ],
            )
            for group in visit.plan.groups
        ]

    def _place(self, pk: int, cell: int) -> int:
        return self._lines[pk] * len(self._edges) + self._at[cell]


class Climb:
    """Prices on their way to the closest bound; `best` are the closest so far."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.best = list(market.prices)
        self._bound: int | None = None
        self._step = 1.0
        self._stale = 0
        self._cheapest: Mapping[int, Option] = {}
        self._seen: Counter[tuple[int, Option]] = Counter()

    @property
    def options(self) -> Options:
        return self.market.options

    def look(self) -> tuple[Priced, int]:
        """The options by price, and what no plan costs less than."""
        priced = self.market.priced()
        cheapest = {i: min(some, key=_first) for i, some in priced.items()}
        bound = sum(price for price, _ in cheapest.values()) - self.market.worth()
        self._cheapest = {i: option for i, (_, option) in cheapest.items()}
        self._seen.update(self._cheapest.items())
        self._stale += 1
        if self._bound is None or bound > self._bound:
            self.best, self._bound, self._stale = list(self.market.prices), bound, 0
        return priced, bound

    def turns_back(self) -> bool:
        """True if it led nowhere: on from the best prices, in smaller steps."""
        if self._stale <= PATIENCE:
            return False
        self._step, self._stale = self._step / 2, 0
        self.market.prices = list(self.best)
        return True

    def move(self, gap: int) -> bool:
        """False if the prices suit everybody."""
        return self.market.adjust(self._cheapest, self._step * gap)

    def narrow(self, options: Options) -> "Climb":
        """With these of the options."""
        self.market = self.market.of(options)
        self.best, self._bound = list(self.market.prices), None
        return self

    def share(self, index: int) -> int:
        """How often the visit wanted the option that it wanted most: contested ones
        go to and fro."""
        return max((n for (i, _), n in self._seen.items() if i == index), default=0)


def _least(use: _Use, sums: Sequence[int]) -> int:
    count, ways = use
    prices = [_price_of(way, sums) for way in ways]
    return min(prices) if count == 1 else sum(sorted(prices)[:count])


def _price_of(way: _Way, sums: Sequence[int]) -> int:
    return sum([sums[end] - sums[begin] for begin, end in way])


def _wanted(way: _Way, wanted: Sequence[int]) -> int:
    return sum(sum(wanted[begin:end]) for begin, end in way)


def _first(pair: tuple[int, Option]) -> int:
    return pair[0]


def _edges(visits: Sequence[Affected], options: Options) -> Iterable[int]:
    for i, some in options.items():
        for option in some:
            if option.start is None:
                yield from (edge for _, *span in _kept(visits[i]) for edge in span)
            else:
                yield from (option.start + cell for cell in _cells(visits[i]))


def _cells(visit: Affected) -> list[int]:
    """At which anything begins or ends, counted from its start."""
    return [
        cell for group in visit.plan.groups for span in group.occupied for cell in span
    ]


def _kept(visit: Affected) -> Iterable[tuple[int, int, int]]:
    """What it has, as resource, from and to."""
    return (
        (pk, begin, end)
        for pk, cells in visit.held.items()
        for begin, end in spans_of(cells)
    )
