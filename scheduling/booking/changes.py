"""Changes that a move makes to who and what serves each phase of a visit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from scheduling.visit_types.plan import Plan

# Resource and need of one reservation; overlapping needs of one group share it.
Served = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PhaseChange:
    """Resource ids of one phase: those that stay, and who takes whose place.

    In `replaced` None stands for nobody: more or fewer are needed than before.
    """

    phase: str
    kept: tuple[int, ...]
    replaced: tuple[tuple[int | None, int | None], ...]


def changes(
    plan: Plan, before: Iterable[Served], after: Iterable[Served]
) -> tuple[PhaseChange, ...]:
    """One entry for each phase of the visit, in order."""
    old, new = _by_group(plan, before), _by_group(plan, after)
    return tuple(
        _of_phase(plan, phase.id, phase.name, old, new) for phase in plan.phases
    )


def _by_group(plan: Plan, served: Iterable[Served]) -> Mapping[int, set[int]]:
    group_of = {need.id: need.group for need in plan.needs}
    found: dict[int, set[int]] = {need.group: set() for need in plan.needs}
    for resource, need in served:
        if need in group_of:
            found[group_of[need]].add(resource)
    return found


def _of_phase(
    plan: Plan,
    phase_id: int,
    name: str,
    old: Mapping[int, set[int]],
    new: Mapping[int, set[int]],
) -> PhaseChange:
    groups = dict.fromkeys(n.group for n in plan.needs if n.phase.id == phase_id)
    kept = [resource for g in groups for resource in sorted(old[g] & new[g])]
    replaced = [
        pair
        for g in groups
        for pair in zip_longest(sorted(old[g] - new[g]), sorted(new[g] - old[g]))
    ]
    return PhaseChange(name, tuple(dict.fromkeys(kept)), tuple(dict.fromkeys(replaced)))
