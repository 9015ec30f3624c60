"""How tightly visits could follow one another, at the very best.

Only one kind of resource is looked at, and every one of it may serve the visit it
suits best; so whatever is possible is never better than this.
"""

from collections.abc import Sequence
from heapq import nsmallest

from scheduling.domain.plan import Group, Plan
from scheduling.domain.search import Candidates

Mover = tuple[Plan, Candidates, Sequence[int]]  # its plan, who is free, its starts


def least_sum_of_starts(movers: Sequence[Mover]) -> int | None:
    """No placing of all of them has a smaller sum of starts; None if none is possible.

    The best of what each need, shared by all of them, says for itself.
    """
    bounds = [_by_position(movers, at) for at in range(_shortest(movers))]
    if None in bounds:
        return None
    return max((bound for bound in bounds if bound is not None), default=None)


def _shortest(movers: Sequence[Mover]) -> int:
    return min(len(plan.groups) for plan, _, _ in movers)


def _by_position(movers: Sequence[Mover], at: int) -> int | None:
    """With the group at this position of each plan. Differing plans are fine: any
    group of each will do, as all that is used is what one resource cannot do."""
    groups = [plan.groups[at] for plan, _, _ in movers]
    apart = _apart(groups)
    starts: dict[int, set[int]] = {}
    for (_, found, wanted), group in zip(movers, groups, strict=True):
        for candidate in found[group.id]:
            mine = starts.setdefault(candidate.calendar.resource_id, set())
            mine.update(s for s in wanted if candidate.starts >> s & 1)
    packed = [start for some in starts.values() for start in _pack(some, apart)]
    count = sum(group.count for group in groups)
    if len(packed) < count:
        return None
    if any(group.count > 1 for group in groups):
        # One start counts once for each of its resources: no bound this simple.
        return 0
    return sum(nsmallest(len(movers), packed))


def _apart(groups: Sequence[Group]) -> int:
    """Two of these on one resource start at least this many cells apart."""
    return max(
        0,
        min(
            one.occupied[0][1] - other.occupied[0][0]
            for one in groups
            for other in groups
        ),
    )


def _pack(starts: set[int], apart: int) -> list[int]:
    """As many as possible, each as early as possible."""
    packed: list[int] = []
    for start in sorted(starts):
        if not packed or start >= packed[-1] + apart:
            packed.append(start)
    return packed
