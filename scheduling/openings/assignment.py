"""Resources for each need of a visit at one start: exact, deterministic, least waste.

Of all assignments it is the one with the least cost, compared in this order: places
that go to resources which are not preferred, stranded gaps, idle cells
(`scheduling.timegrid.fragmentation`), resource ids in the order of the groups. Groups
that draw on no common kind are solved apart; the others together, by dynamic
programming over the resources.
"""

from collections.abc import Collection, Mapping, Sequence

from scheduling.openings.engine import Calendar, Candidates
from scheduling.timegrid.fragmentation import NOT_PREFERRED, Span, price
from scheduling.visit_types.plan import Cluster, Group, Plan

Assignment = Mapping[int, tuple[int, ...]]  # group id -> resource ids, ascending
Priced = tuple[int, Assignment]
PricedByCluster = tuple[tuple[int, ...], Assignment]

# Places still open in each group; what it costs to get there; who took them.
_Open = tuple[int, ...]
_Way = tuple[int, tuple[tuple[int, ...], ...]]


def assign(
    plan: Plan,
    found: Candidates,
    start: int,
    prefer: Collection[int] = frozenset(),
) -> Assignment | None:
    """Resources for every group at cell `start`, or None if there are too few."""
    best = cheapest(plan, found, start, prefer)
    return best[1] if best else None


def cheapest(
    plan: Plan,
    found: Candidates,
    start: int,
    prefer: Collection[int] = frozenset(),
) -> PricedByCluster | None:
    """The same with what each of the plan's clusters costs: places not preferred,
    stranded gaps and idle cells, in this order."""
    costs: list[int] = []
    assignment: dict[int, tuple[int, ...]] = {}
    for cluster in plan.clusters:
        if len(cluster.groups) == 1:
            best = _alone(cluster.groups[0], found, start, prefer)
        else:
            best = _together(cluster, found, start, prefer)
        if best is None:
            return None
        costs.append(best[0])
        assignment.update(best[1])
    return tuple(costs), assignment


def _alone(
    group: Group, found: Candidates, start: int, prefer: Collection[int]
) -> Priced | None:
    """The cheapest of those that are free: nobody else wants them."""
    spans = group.occupied
    ranked = [
        (_price(calendar, start, spans, 1, prefer), calendar.resource_id)
        for calendar in _free(group, found, start)
    ]
    if len(ranked) < group.count:
        return None
    if group.count == 1:
        cost, pk = min(ranked)
        return cost, {group.id: (pk,)}
    best = sorted(ranked)[: group.count]
    ids = tuple(sorted(pk for _, pk in best))
    return sum(cost for cost, _ in best), {group.id: ids}


def _together(
    cluster: Cluster, found: Candidates, start: int, prefer: Collection[int]
) -> Priced | None:
    """Resource by resource, keep the cheapest way to each number of open places.

    Exact, as what a resource costs depends on nothing but the groups it serves: of
    two ways that leave the same places open, the dearer can never win.
    """
    calendars, serves = _by_resource(cluster, found, start)
    groups = cluster.groups
    ways: dict[_Open, _Way] = {
        tuple(group.count for group in groups): (0, ((),) * len(groups))
    }
    for pk in sorted(calendars):
        choices = [
            (members, _price(calendars[pk], start, spans, len(members), prefer))
            for members, spans in cluster.patterns
            if serves[pk].issuperset(members)
        ]
        ways = _with(pk, choices, ways)
    best = ways.get((0,) * len(groups))
    if best is None:
        return None
    cost, ids = best
    return cost, {group.id: some for group, some in zip(groups, ids, strict=True)}


def _with(
    pk: int,
    choices: Sequence[tuple[tuple[int, ...], int]],
    ways: Mapping[_Open, _Way],
) -> dict[_Open, _Way]:
    """The ways there are once this resource may serve, too."""
    now = dict(ways)
    for places, (cost, ids) in ways.items():
        for members, more in choices:
            if all(places[member] for member in members):
                left = tuple(n - (i in members) for i, n in enumerate(places))
                who = tuple(
                    (*some, pk) if i in members else some for i, some in enumerate(ids)
                )
                way = (cost + more, who)
                if left not in now or way < now[left]:
                    now[left] = way
    return now


def _by_resource(
    cluster: Cluster, found: Candidates, start: int
) -> tuple[dict[int, Calendar], dict[int, set[int]]]:
    """Return, by id, the resources free for any group, and the groups by position."""
    calendars: dict[int, Calendar] = {}
    serves: dict[int, set[int]] = {}
    for position, group in enumerate(cluster.groups):
        for calendar in _free(group, found, start):
            calendars[calendar.resource_id] = calendar
            serves.setdefault(calendar.resource_id, set()).add(position)
    return calendars, serves


def _free(group: Group, found: Candidates, start: int) -> list[Calendar]:
    return [c.calendar for c in found[group.id] if c.can_start(start)]


def _price(
    calendar: Calendar,
    start: int,
    spans: tuple[Span, ...],
    places: int,
    prefer: Collection[int],
) -> int:
    cost = price(calendar.free, calendar.shortest_cells, start, spans)
    if prefer and calendar.resource_id not in prefer:
        cost += places * NOT_PREFERRED
    return cost
