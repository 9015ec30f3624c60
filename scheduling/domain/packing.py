"""How little visits could be delayed at the very best, if only one kind of resource
were scarce.

Of one resource, two uses that begin in the same stretch of time, as long as the
shortest use, overlap. So each stretch of each resource serves one visit: what is left
is to assign visits to stretches at the least cost, which is never more than the truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduling.domain.plan import Group, Plan
from scheduling.domain.search import Candidates

Stretch = tuple[int, int]  # resource, number
NEVER = 10**9


@dataclass(frozen=True, slots=True)
class Mover:
    """A visit, who is free for it, and the starts left to it with their costs,
    cheapest first."""

    plan: Plan
    found: Candidates
    starts: Sequence[tuple[int, int]]


def least_cost(movers: Sequence[Mover]) -> int:
    """No placing of all of them costs less; `NEVER` or more if there is none.

    The best of what each kind of resource, wanted by two of them or more, says.
    """
    kinds = {kind for mover in movers for g in mover.plan.groups for kind in g.kinds}
    alone = sum(mover.starts[0][1] if mover.starts else NEVER for mover in movers)
    return max([alone, *(_of_kind(movers, kind) for kind in sorted(kinds))])


def _of_kind(movers: Sequence[Mover], kind: str) -> int:
    uses = [(mover, _use(mover.plan, kind)) for mover in movers]
    wanted = [(mover, group) for mover, group in uses if group is not None]
    free = sum(mover.starts[0][1] for mover, group in uses if group is None)
    if len(wanted) < 2:
        return 0
    length = min(g.occupied[0][1] - g.occupied[0][0] for _, g in wanted)
    rows = [_costs(mover, group, length, len(wanted)) for mover, group in wanted]
    return free + assign_least(rows)


def _use(plan: Plan, kind: str) -> Group | None:
    """The visit's first group that only this kind can serve."""
    return next((g for g in plan.groups if g.kinds == frozenset({kind})), None)


def _costs(
    mover: Mover, group: Group, length: int, enough: int
) -> Mapping[Stretch, int]:
    """The cheapest stretches: one more than the others can take away is enough."""
    begin = group.occupied[0][0]
    costs: dict[Stretch, int] = {}
    for start, cost in mover.starts:
        if len(costs) >= enough:
            break
        for candidate in mover.found[group.id]:
            if candidate.starts >> start & 1:
                stretch = candidate.calendar.resource_id, (start + begin) // length
                costs.setdefault(stretch, cost)
    return costs


def assign_least(rows: Sequence[Mapping[Stretch, int]]) -> int:
    """The least sum of one cost per row, no two in one column.

    The Hungarian method, by shortest augmenting paths.
    """
    columns = sorted({column for row in rows for column in row})
    columns += [(-1, n) for n in range(len(rows))]  # where nothing else is left
    up, down = [0] * (len(rows) + 1), [0] * (len(columns) + 1)
    match = [0] * (len(columns) + 1)
    for number in range(1, len(rows) + 1):
        _augment(rows, columns, up, down, match, number)
    return sum(
        rows[row - 1].get(columns[at - 1], NEVER)
        for at, row in enumerate(match)
        if at and row
    )


def _augment(
    rows: Sequence[Mapping[Stretch, int]],
    columns: Sequence[Stretch],
    up: list[int],
    down: list[int],
    match: list[int],
    number: int,
) -> None:
    """Give row `number` a column, and those it pushes out others."""
    width = len(columns)
    match[0] = number
    nearest, before, done = [NEVER * 99] * (width + 1), [0] * (width + 1), {0}
    at = 0
    while match[at]:
        done.add(at)
        row, costs = match[at], rows[match[at] - 1]
        for column in range(1, width + 1):
            if column not in done:
                cost = costs.get(columns[column - 1], NEVER)
                reduced = cost - up[row] - down[column]
                if reduced < nearest[column]:
                    nearest[column], before[column] = reduced, at
        following = min(
            (c for c in range(1, width + 1) if c not in done), key=nearest.__getitem__
        )
        step = nearest[following]
        for column in range(width + 1):
            if column in done:
                up[match[column]] += step
                down[column] -= step
            else:
                nearest[column] -= step
        at = following
    while at:
        match[at] = match[before[at]]
        at = before[at]
