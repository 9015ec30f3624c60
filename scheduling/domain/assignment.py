"""Who serves what at one start: exact, deterministic, least waste first."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations

from scheduling.domain.bits import has, run_after, run_before, shift_down, span
from scheduling.domain.plan import Group, Plan
from scheduling.domain.search import Calendar, Candidates

Assignment = Mapping[int, tuple[int, ...]]  # group id -> resource ids

# Gaps are looked at this far to both sides of a reservation.
_LOOK_CELLS = 36
# A gap shorter than the shortest visit anyone books is stranded.
STRANDED_CELLS = 4


def assign(
    plan: Plan, found: Candidates, start: int, prefer: Collection[int] = ()
) -> Assignment | None:
    """Resources for every group at cell `start`, or None if there are too few.

    Exact also where groups compete for one pool: it looks through all choices,
    best first, scarce groups first. Resources of `prefer` come before all others.
    """
    choices = {
        group.id: _by_waste(group, found, start, prefer) for group in plan.groups
    }
    groups = sorted(plan.groups, key=lambda g: (len(choices[g.id]) - g.count, g.id))
    return _choose(groups, choices, {})


def _choose(
    groups: Sequence[Group],
    choices: Mapping[int, Sequence[int]],
    taken: Mapping[Group, tuple[int, ...]],
) -> Assignment | None:
    if not groups:
        return {group.id: resources for group, resources in taken.items()}
    group, *rest = groups
    for resources in _options(group, choices, taken):
        now_taken = {**taken, group: resources}
        if _all_can_follow(rest, choices, now_taken):
            complete = _choose(rest, choices, now_taken)
            if complete is not None:
                return complete
    return None


def _options(
    group: Group,
    choices: Mapping[int, Sequence[int]],
    taken: Mapping[Group, tuple[int, ...]],
) -> Iterator[tuple[int, ...]]:
    return combinations(_left_for(group, choices, taken), group.count)


def _left_for(
    group: Group,
    choices: Mapping[int, Sequence[int]],
    taken: Mapping[Group, tuple[int, ...]],
) -> list[int]:
    busy = {
        resource
        for other, resources in taken.items()
        if group.clashes(other)
        for resource in resources
    }
    return [resource for resource in choices[group.id] if resource not in busy]


def _all_can_follow(
    groups: Sequence[Group],
    choices: Mapping[int, Sequence[int]],
    taken: Mapping[Group, tuple[int, ...]],
) -> bool:
    return all(len(_left_for(group, choices, taken)) >= group.count for group in groups)


def _by_waste(
    group: Group, found: Candidates, start: int, prefer: Collection[int]
) -> list[int]:
    """The free resources of a group: preferred, then least waste, then by id."""
    free = [c.calendar for c in found[group.id] if has(c.starts, start)]
    ranked = sorted(
        free,
        key=lambda c: (
            c.resource_id not in prefer,
            *_waste(c, group, start),
            c.resource_id,
        ),
    )
    return [calendar.resource_id for calendar in ranked]


def _waste(calendar: Calendar, group: Group, start: int) -> tuple[int, int]:
    """Stranded gaps beside the group's time on this resource, and all gap cells."""
    gaps = [
        gap
        for begin, end in group.occupied
        for gap in _gaps(calendar.free, start + begin, start + end)
    ]
    return sum(0 < gap < STRANDED_CELLS for gap in gaps), sum(gaps)


def _gaps(free: int, begin: int, end: int) -> tuple[int, int]:
    base = begin - _LOOK_CELLS
    near = shift_down(free, base) & span(0, end - base + _LOOK_CELLS)
    return run_before(near, _LOOK_CELLS), run_after(near, end - base)
