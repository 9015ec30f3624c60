"""The best plan for visits of which is known who stays: found, and proven best.

Prices (`scheduling.domain.pricing`) say how little a plan can cost at the very best,
and with a certain option. Options that are in no better plan than the best one known
are struck out; visits placed by price give better plans; what is left is searched
depth first. Nothing is left out that could be better.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduling.domain.ordering import Order
from scheduling.domain.placing import Affected, Placement, place_together
from scheduling.domain.pricing import SCALE, Market, Option, Options, Priced

Placed = Mapping[int, Placement]
_Left = dict[int, Sequence[tuple[int, Option]]]

ROUNDS = 150  # of prices
PATIENCE = 6  # rounds without a better bound before steps are halved
EVERY = 5  # rounds: place by price, strike out


class OutOfLooks(Exception):
    """There is more to look at than anybody waits for."""


@dataclass(slots=True)
class Looks:
    """Looks at a set of starts that are left."""

    left: int

    def place(
        self, visits: Sequence[Affected], placed: Placed, index: int, option: Option
    ) -> Placed | None:
        if option.start is None:
            return placed
        self.left -= 1
        if self.left < 0:
            raise OutOfLooks
        return place_together(visits, placed, index, option.start)


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
        self.worth = 0
        self.order = Order(visits, [i for i, some in options.items() if some[0].cost])

    def run(self) -> None:
        """Until nothing better is left; raises `OutOfLooks`."""
        self._greedily(self._unpriced(), 0)
        priced = self._strike(self._unpriced(), 0)
        if all(self.options.values()):
            priced = self._price()
        if all(priced.values()):
            left = {i: sorted(some, key=_price) for i, some in priced.items()}
            self._branch({}, left, -self.worth, 0)

    @property
    def _goal(self) -> int:
        """What a better plan costs at most, as prices count."""
        return (self.total - self.unit) * SCALE

    def _unpriced(self) -> Priced:
        return {
            i: [(option.cost * SCALE, option) for option in some]
            for i, some in self.options.items()
        }

    # --- Prices -------------------------------------------------------------------

    def _price(self) -> Priced:
        """Good prices; what is left of the options with theirs, `worth` besides."""
        market = Market(self.visits, self.options, None)
        best, bound, step, stale = list(market.prices), -1, 1.0, 0
        for number in range(ROUNDS):
            priced = market.priced()
            cheapest = {i: min(some, key=_price) for i, some in priced.items()}
            now = sum(price for price, _ in cheapest.values()) - market.worth()
            stale += 1
            if now > bound:
                best, bound, stale = list(market.prices), now, 0
            if stale > PATIENCE:
                step, stale, market.prices = step / 2, 0, list(best)
                continue
            if number % EVERY == 0:
                self._greedily(priced, number // EVERY)
            before = sum(map(len, self.options.values()))
            self._strike(priced, now)
            if not all(self.options.values()):
                return {0: []}
            chosen = {i: option for i, (_, option) in cheapest.items()}
            if not market.adjust(chosen, step * (self.total * SCALE - now)):
                break
            if sum(map(len, self.options.values())) < 0.8 * before:
                best_market = market
                market = Market(self.visits, self.options, best_market)
                best, bound = list(market.prices), -1
        market.prices = best
        market = Market(self.visits, self.options, market)
        self.worth = market.worth()
        return market.priced()

    def _strike(self, priced: Priced, bound: int) -> Priced:
        """Without the options that cannot be in a better plan."""
        if not bound:
            bound = sum(min(some, key=_price)[0] for some in priced.values())
        kept = {}
        for i, some in priced.items():
            most = self._goal - bound + min(some, key=_price)[0]
            kept[i] = {o for price, o in some if price <= most}
        self.options = {
            i: [o for o in some if o in kept[i]] for i, some in self.options.items()
        }
        return self._unpriced()

    def _greedily(self, priced: Priced, turn: int) -> None:
        """One plan by price, the longest visits first, beginning with another each
        turn."""
        placed: Placed = {}
        cost = 0
        order = sorted(priced, key=lambda i: (len(priced[i]) > 1, -self.visits[i].cells, i))
        turn %= len(order)
        fixed = [i for i in order if len(priced[i]) == 1]
        order = [i for i in order[turn:] + order[:turn] if len(priced[i]) > 1]
        for i in fixed + order:
            for _, option in sorted(priced[i], key=_price):
                together = self.looks.place(self.visits, placed, i, option)
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
            others = {
                i: [one for one in some if self.order.holds(index, option, i, one[1])]
                for i, some in left.items()
                if i != index
            }
            if not all(others.values()):
                continue
            rest = sum(some[0][0] for some in others.values())
            if paid + price + rest > self._goal:
                continue
            together = self.looks.place(self.visits, placed, index, option)
            if together is not None:
                self._branch(together, others, paid + price, cost + option.cost)

    def _fitting(
        self, placed: Placed, index: int, some: Sequence[tuple[int, Option]]
    ) -> Sequence[tuple[int, Option]]:
        """From the first on that fits the placed ones: more only take away."""
        for at, (_, option) in enumerate(some):
            if self.looks.place(self.visits, placed, index, option) is not None:
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
