"""Minimal sets of blocks whose absence would give a day an opening.

Bit sets propose (`scheduling.explain.spoiled_starts`), the exact search with exactly
those blocks gone decides: a finding is true by construction. One block is preferred to
several, a booking or an absence to hours, hours to wishes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice

from scheduling.explain.day import Scene
from scheduling.explain.obstacles import Block, Rank
from scheduling.explain.spoiled_starts import MOST, Spoiled
from scheduling.openings.assignment import Assignment
from scheduling.timegrid.bitset import has, positions, span
from scheduling.visit_types.plan import Group

# Starts looked at exactly where several blocks are in the way.
_TRIES = 12
Blocks = frozenset[Block]


@dataclass(frozen=True, eq=False)
class Finding:
    """Without `blocks` the day has an opening at `cell`, served as in `assignment`;
    by importance. `groups` says which needs a block on a resource binds."""

    marks: Spoiled
    cell: int
    blocks: tuple[Block, ...]
    assignment: Assignment
    groups: Mapping[Block, Group]

    @property
    def scene(self) -> Scene:
        return self.marks.scene


def explain(scene: Scene) -> Finding | None:
    """The smallest set of blocks without which the day has an opening.

    None where nothing helps: the clinic has not what such a visit needs.
    """
    marks = Spoiled(scene)
    for proposal in chain(_wishes_alone(marks), _proposals(marks)):
        if found := scene.first(proposal):
            return _finding(marks, proposal, found)
    return None


def _wishes_alone(marks: Spoiled) -> Iterator[Blocks]:
    """The day and time of day asked for, where each start has these or the clinic's
    hours in its way: nothing else could help, and no resource need be looked at."""
    starts = marks.scene.starts
    for block, mask in marks.shared.items():
        if block.rank > Rank.HOURS:
            starts &= ~mask
    wishes = [block for block in marks.shared if block.rank is Rank.WISH]
    if wishes and not starts:
        yield from (frozenset({block}) for block in wishes)
        yield frozenset(wishes)


def _proposals(marks: Spoiled) -> Iterator[Blocks]:
    for rank in (Rank.REAL, Rank.HOURS, Rank.WISH):
        if starts := marks.levels(rank, 1)[1]:
            yield from _single(marks, rank, starts)
    for number in range(2, MOST + 1):
        for rank in (Rank.REAL, Rank.HOURS, Rank.WISH):
            yield from _several(marks, rank, number)
    if starts := marks.levels(Rank.LONGER, 1)[1]:
        yield from _single(marks, Rank.LONGER, starts)
    for number in range(2, MOST + 1):
        yield from _several(marks, Rank.LONGER, number)
    every = list(positions(marks.scene.starts))
    yield from _at_starts(marks, Rank.LONGER, every[:: max(1, len(every) // _TRIES)])


def _several(marks: Spoiled, rank: Rank, number: int) -> list[Blocks]:
    starts = marks.levels(rank, MOST)[number]
    return _at_starts(marks, rank, islice(positions(starts), _TRIES))


def _single(marks: Spoiled, rank: Rank, starts: int) -> list[Blocks]:
    """Single blocks: those that free the most starts first."""
    freed: dict[Block, int] = {}
    for block, mask in marks.shared.items():
        if block.rank <= rank and mask & starts:
            freed[block] = mask & starts
    for group in marks.scene.plan.groups:
        short = starts & ~marks.group_levels(group, rank, 1)[0]
        for masks in marks.served[group.id].values() if short else ():
            for block, mask in _alone(masks, rank):
                if mask & short:
                    freed[block] = freed.get(block, 0) | (mask & short)
    by_use = sorted(
        freed, key=lambda b: (-freed[b].bit_count(), b.rank, b.order, b.key)
    )
    return [frozenset({block}) for block in by_use]


def _alone(masks: Mapping[Block, int], rank: Rank) -> Iterator[tuple[Block, int]]:
    """The starts at which a block is the only one in the way of this resource."""
    once = twice = 0
    for mask in masks.values():
        twice |= once & mask
        once |= mask
    for block, mask in masks.items():
        if block.rank <= rank and mask & ~twice:
            yield block, mask & ~twice


def _at_starts(marks: Spoiled, rank: Rank, cells: Iterable[int]) -> list[Blocks]:
    told = _told_apart(marks, cells)
    found = [cost for cell in told if (cost := cheapest_at(marks, cell, rank))]
    return sorted(found, key=_cost)


def _told_apart(marks: Spoiled, cells: Iterable[int]) -> Iterator[int]:
    """Yield ascending starts, but none with the same blocks as the one before."""
    before = None
    for cell in cells:
        if before is None or marks.turns & span(before + 1, cell + 1):
            yield cell
        before = cell


def _cost(blocks: Collection[Block]) -> tuple[int, int, int]:
    if not blocks:
        return 0, 0, 0
    return (
        len(blocks),
        sum([block.rank for block in blocks]),
        sum([block.order for block in blocks]),
    )


def cheapest_at(marks: Spoiled, cell: int, rank: Rank) -> Blocks | None:
    """The fewest blocks, of this rank or better, that free a start for all needs."""
    base = frozenset(b for b, mask in marks.shared.items() if has(mask, cell))
    if any(block.rank > rank for block in base):
        return None
    alone = marks.scene.plan.alone
    for group in alone:
        if not (costs := _costs(marks, group, cell, rank)):
            return None
        base |= min(costs, key=_costs_least)[1]
    others = [group for group in marks.scene.plan.groups if group not in alone]
    options = [(group, _options(marks, group, cell, rank)) for group in others]
    options.sort(key=lambda pair: len(pair[1]))
    return _choose(options, {}, base, None)


Option = tuple[tuple[int, ...], Blocks]


def _options(marks: Spoiled, group: Group, cell: int, rank: Rank) -> list[Option]:
    """Combinations of resources for the group, with the blocks in their way.

    At most 60; those of the cheapest resources come first.
    """
    costs = sorted(_costs(marks, group, cell, rank), key=_costs_least)
    # More are never needed: the other groups cannot take all the cheaper ones.
    others = sum(g.count for g in marks.scene.plan.groups if g is not group)
    few = costs[: group.count + others]
    return [
        (tuple(one for one, _ in chosen), frozenset().union(*(b for _, b in chosen)))
        for chosen in islice(combinations(few, group.count), 60)
    ]


def _costs(
    marks: Spoiled, group: Group, cell: int, rank: Rank
) -> list[tuple[int, Blocks]]:
    """Each resource the group could take, and what stands in its way."""
    costs = []
    for resource_id, masks in marks.served[group.id].items():
        blocks = frozenset([b for b, mask in masks.items() if mask >> cell & 1])
        if not blocks or max([block.rank for block in blocks]) <= rank:
            costs.append((resource_id, blocks))
    return costs


def _costs_least(one: tuple[int, Blocks]) -> tuple[tuple[int, int, int], int]:
    return _cost(one[1]), one[0]


def _choose(
    options: Sequence[tuple[Group, list[Option]]],
    taken: Mapping[Group, tuple[int, ...]],
    cost: Blocks,
    best: Blocks | None,
) -> Blocks | None:
    # Branch and bound: more groups only add blocks, so the cost cannot fall again.
    if best is not None and _cost(cost) >= _cost(best):
        return best
    if not options:
        return cost
    (group, choices), *rest = options
    for resources, blocks in choices:
        if not _is_taken(group, resources, taken):
            best = _choose(rest, {**taken, group: resources}, cost | blocks, best)
    return best


def _is_taken(
    group: Group, resources: tuple[int, ...], taken: Mapping[Group, tuple[int, ...]]
) -> bool:
    return any(
        group.clashes(other) and not set(resources).isdisjoint(others)
        for other, others in taken.items()
    )


def _finding(marks: Spoiled, blocks: Blocks, found: tuple[int, Assignment]) -> Finding:
    """The finding without the blocks that do not matter after all."""
    scene = marks.scene
    for block in sorted(blocks, key=lambda b: (-b.rank, -b.order, b.key)):
        if len(blocks) > 1 and (fewer := scene.first(blocks - {block})):
            blocks, found = blocks - {block}, fewer
    cell, assignment = found
    groups = {b: g for b in blocks if (g := _group_of(marks, b, cell, assignment))}
    ordered = sorted(blocks, key=lambda b: _importance(scene, b, groups.get(b)))
    return Finding(marks, cell, tuple(ordered), assignment, groups)


def _importance(
    scene: Scene, block: Block, group: Group | None
) -> tuple[bool, int, int, str]:
    """The sort key: blocks of the whole day first, then by cause, then by need."""
    whole = block.resource_id is None
    turn = scene.plan.groups.index(group) if group else 0
    return not whole, block.order, turn, block.key


def _group_of(
    marks: Spoiled, block: Block, cell: int, assignment: Assignment
) -> Group | None:
    """The needs that a block on a resource keeps from being served."""
    for group in marks.scene.plan.groups:
        for resource_id in assignment[group.id]:
            if has(marks.served[group.id][resource_id].get(block, 0), cell):
                return group
    return None
