"""The best plan for visits of which is known who stays: found, and proven best.

Prices (`scheduling.repair.pricing`) say how little a plan can cost at the very best,
and with a certain option. Options that are in no better plan than the best one known
are struck out; visits placed by price give better plans; what is left is searched
depth first. Nothing is left out that could be better.
"""

from bisect import bisect_right
from collections.abc import Sequence

from scheduling.repair.ordering import Order
from scheduling.repair.pricing import SCALE, Climb, Market, Option, Options, Priced
from scheduling.repair.problem import Affected, Placement
from scheduling.repair.together import Placed, Together

_Left = dict[int, Sequence[tuple[int, Option]]]

ROUNDS = 150  # of prices
PLACING = {8, 16, 32, 64, 128}  # rounds in which visits are placed by price
NARROWER = 0.8  # of the options: worth a market of its own
FEWER_ROUNDS = 30  # with another visit settled
PRICED_LIKE_A_LOOK = 10  # options whose pricing takes as long as a look
CHUNK = 400


class OutOfLooks(Exception):
    """There is more to look at than anybody waits for."""


class Looks:
    """Looks at a set of starts that are left."""

    def __init__(self, visits: Sequence[Affected], left: int) -> None:
        self.left = left
        self._together = Together(visits, self.spend)

    def place(self, placed: Placed, index: int, option: Option) -> Placed | None:
        self.spend(1)
        return self._together.place(placed, index, option.start)

    def spend(self, looks: int) -> None:
        self.left -= looks
        if self.left < 0:
            raise OutOfLooks


class Proof:
    """`best` is the best plan so far, None if none costs less than `total`; costs are
    whole multiples of `unit`."""

    def __init__(
        self,
        visits: Sequence[Affected],
        options: Options,
        total: int,
        unit: int,
        looks: Looks,
    ) -> None:
        self.visits = visits
        self.options = options
        self.total = total
        self.unit = unit
        self.looks = looks
        self.best: tuple[Placement, ...] | None = None
        self.order = Order(visits, [i for i, some in options.items() if some[0].cost])

    def run(self) -> None:
        """Until nothing better is left; raises `OutOfLooks`."""
        unpriced = {i: _unpriced(some) for i, some in self.options.items()}
        self._greedily(unpriced, 0)
        options = self._strike(unpriced, _least(unpriced))
        if all(options.values()):
            self._solve(options, None, ROUNDS)

    def _solve(self, options: Options, known: Market | None, rounds: int) -> None:
        """Price, then search; if that takes long, settle one visit and price again."""
        climb = self._price(options, known, rounds)
        market = climb.market
        left: _Left = {
            i: sorted(some, key=_price) for i, some in market.priced().items()
        }
        if not left or not all(left.values()):
            return
        if self._soon(left, market):
            return
        open_ = [i for i in left if len(left[i]) > 1]
        index = min(open_, key=lambda i: (len(left[i]) * climb.share(i) ** 2, i))
        for price, option in left[index]:
            rest = self._settled(left, market, index, price, option)
            if rest:
                self._solve(rest, market, FEWER_ROUNDS)

    def _soon(self, left: _Left, market: Market) -> bool:
        """False if searching all of it takes long."""
        allowed = min(CHUNK, self.looks.left)
        spare, self.looks.left = self.looks.left - allowed, allowed
        try:
            self._branch({}, left, -market.worth(), 0)
        except OutOfLooks:
            if not spare:
                raise
            return False
        finally:
            self.looks.left = max(0, self.looks.left) + spare
        return True

    def _settled(
        self, left: _Left, market: Market, index: int, price: int, option: Option
    ) -> Options:
        """What is left to the others if this visit takes that option."""
        left = {
            i: [one for one in some if self.order.holds(index, option, i, one[1])]
            for i, some in left.items()
        }
        left[index] = [(price, option)]
        placed: Placed | None = {}
        for i, some in left.items():
            if len(some) == 1 and placed is not None:
                placed = self.looks.place(placed, i, some[0][1])
        if placed is None:
            return {}
        left = {
            i: self._fitting(placed, i, some) if len(some) > 1 else some
            for i, some in left.items()
        }
        if not all(left.values()) or _least(left) - market.worth() > self._goal:
            return {}
        return {
            i: [
                one
                for at, (_, one) in enumerate(some)
                if not at or self.looks.place(placed, i, one) is not None
            ]
            for i, some in left.items()
        }

    @property
    def _goal(self) -> int:
        """What a better plan costs at most, as prices count."""
        return (self.total - self.unit) * SCALE

    # --- Prices -------------------------------------------------------------------

    def _price(self, options: Options, known: Market | None, rounds: int) -> Climb:
        """Good prices; no options are left if none makes a better plan."""
        climb = Climb(Market(self.visits, options, known))
        for number in range(rounds):
            self.looks.spend(1 + _count(climb.options) // PRICED_LIKE_A_LOOK)
            priced, bound = climb.look()
            kept = self._strike(priced, bound)
            if not all(kept.values()):
                return climb.narrow({})
            if climb.turns_back():
                continue
            if number in PLACING:
                self._greedily(priced, number.bit_length())
            if not climb.move(self.total * SCALE - bound):
                break
            if _count(kept) < NARROWER * _count(climb.options):
                climb.narrow(kept)
        climb.market.prices = climb.best
        return climb.narrow(self._strike(*climb.look()))

    def _strike(self, priced: Priced, bound: int) -> Options:
        """Without the options that cannot be in a better plan."""
        kept = {}
        for i, some in priced.items():
            most = self._goal - bound + min(some, key=_price)[0]
            kept[i] = [o for price, o in some if price <= most]
        return kept

    def _greedily(self, priced: Priced, turn: int) -> None:
        """One plan by price, the longest visits first, beginning with another each
        turn."""
        placed: Placed = {}
        cost = 0
        order = sorted(priced, key=lambda i: (-self.visits[i].cells, i))
        fixed = [i for i in order if len(priced[i]) == 1]
        order = [i for i in order if len(priced[i]) > 1]
        turn %= max(1, len(order))
        for i in fixed + order[turn:] + order[:turn]:
            for _, option in sorted(priced[i], key=_price):
                together = self.looks.place(placed, i, option)
                if together is not None:
                    placed, cost = together, cost + option.cost
                    break
            else:
                return
        self._keep(placed, cost)

    # --- Branches -----------------------------------------------------------------

    def _branch(self, placed: Placed, left: _Left, paid: int, cost: int) -> None:
        """Place the visits left; `paid` is what the others do, less what is free."""
        if not left:
            self._keep(placed, cost)
            return
        left = {i: self._fitting(placed, i, some) for i, some in left.items()}
        if not all(left.values()):
            return
        slack = self._goal - paid - sum(some[0][0] for some in left.values())
        if slack < 0:
            return
        left = {
            i: some[: bisect_right(some, some[0][0] + slack, key=_price)]
            for i, some in left.items()
        }
        index = min(left, key=lambda i: (len(left[i]), -self.visits[i].cells, i))
        for price, option in left[index]:
            others: _Left = {
                i: [one for one in some if self.order.holds(index, option, i, one[1])]
                for i, some in left.items()
                if i != index
            }
            if not all(others.values()):
                continue
            rest = sum(some[0][0] for some in others.values())
            if paid + price + rest > self._goal:
                continue
            together = self.looks.place(placed, index, option)
            if together is not None:
                self._branch(together, others, paid + price, cost + option.cost)

    def _fitting(
        self, placed: Placed, index: int, some: Sequence[tuple[int, Option]]
    ) -> Sequence[tuple[int, Option]]:
        """From the first on that fits the placed ones: more only take away."""
        for at, (_, option) in enumerate(some):
            if self.looks.place(placed, index, option) is not None:
                return some[at:]
        return ()

    def _keep(self, placed: Placed, cost: int) -> None:
        if cost < self.total:
            self.total = cost
            self.best = tuple(
                placed.get(i, Placement()) for i in range(len(self.visits))
            )


def _price(pair: tuple[int, Option]) -> int:
    return pair[0]


def _unpriced(some: Sequence[Option]) -> list[tuple[int, Option]]:
    return [(option.cost * SCALE, option) for option in some]


def _least(priced: Priced) -> int:
    """What all of them pay if each takes its cheapest."""
    return sum(min(some, key=_price)[0] for some in priced.values())


def _count(options: Options) -> int:
    return sum(map(len, options.values()))
