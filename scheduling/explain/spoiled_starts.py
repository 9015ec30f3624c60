"""Starts that each block spoils, and the number of blocks that each start would cost.

Counts are bit sets by level: level k holds the starts that k blocks or fewer stand in
the way of. They are a lower bound where needs compete for one pool, so what they
propose is checked by the exact search.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduling.explain.day import Scene
from scheduling.explain.obstacles import Block, Rank, Takes
from scheduling.timegrid.bitset import erode, shift_down
from scheduling.timegrid.grid import ceil_cells
from scheduling.visit_types.plan import Group

# More blocks than that at once are not counted by bit sets.
MOST = 4
Levels = Sequence[int]
Spans = Iterable[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Spoiled:
    """`shared` are starts by block that no choice of resources avoids; `served` by
    group and resource."""

    scene: Scene

    @cached_property
    def shared(self) -> Mapping[Block, int]:
        return dict(_shared(self.scene))

    @cached_property
    def served(self) -> Mapping[int, Mapping[int, Mapping[Block, int]]]:
        """Only if it is asked for: wishes alone touch no resource."""
        scene = self.scene
        return {
            group.id: {
                member.id: dict(_of_member(scene, group, member.id))
                for member in scene.members
                if member.can_serve(group)
            }
            for group in scene.plan.groups
        }

    def levels(self, rank: Rank, most: int) -> Levels:
        """Starts by how many blocks of this rank or better they cost: 0 … `most`."""
        if (rank, most) not in self._levels:
            found = _count(self.shared, self.scene.starts, rank, most)
            # Groups that draw on the same resources may share a block.
            for cluster in self.scene.plan.clusters:
                if not found[-1]:
                    break  # what no choice avoids is too much everywhere
                levels = [self.group_levels(g, rank, most) for g in cluster.groups]
                found = _both(found, _all(levels))
            self._levels[rank, most] = found
        return self._levels[rank, most]

    def group_levels(self, group: Group, rank: Rank, most: int) -> Levels:
        key = group.id, rank, most
        if key not in self._group_levels:
            starts = self.scene.starts
            members = [
                _count(masks, starts, rank, most)
                for masks in self.served[group.id].values()
            ]
            self._group_levels[key] = _cheapest(members, group.count, starts, most)
        return self._group_levels[key]

    @cached_property
    def turns(self) -> int:
        """The cells at which other blocks stand in the way than one cell before."""
        members = [masks for some in self.served.values() for masks in some.values()]
        turns = 0
        for masks in (self.shared, *members):
            for mask in masks.values():
                turns |= mask ^ mask << 1
        return turns

    @cached_property
    def _levels(self) -> dict[tuple[Rank, int], Levels]:
        return {}

    @cached_property
    def _group_levels(self) -> dict[tuple[int, Rank, int], Levels]:
        return {}


def _shared(scene: Scene) -> Iterator[tuple[Block, int]]:
    phases = scene.plan.phase_cells
    whole = [(0, ceil_cells(scene.plan.length_minutes))]
    for block in scene.by_place.get((Takes.CLINIC, None), ()):
        yield from _if_any(block, _hit(block.cells, phases, scene.starts))
    for block in scene.by_place.get((Takes.PATIENT, None), ()):
        yield from _if_any(block, _hit(block.cells, whole, scene.starts))
    for block in scene.by_place.get((Takes.START, None), ()):
        yield from _if_any(block, block.cells & scene.starts)


def _of_member(
    scene: Scene, group: Group, resource_id: int
) -> Iterator[tuple[Block, int]]:
    for block in scene.by_place.get((Takes.CLEAR, resource_id), ()):
        yield from _if_any(block, _hit(block.cells, group.occupied, scene.starts))
    for block in scene.by_place.get((Takes.OPEN, resource_id), ()):
        yield from _if_any(block, _hit(block.cells, group.phases, scene.starts))
    for block in scene.by_place.get((Takes.MEMBER, None), ()):
        if resource_id in block.resource_ids:
            yield block, scene.starts


def _if_any(block: Block, starts: int) -> Iterator[tuple[Block, int]]:
    if starts:
        yield block, starts


def _hit(cells: int, spans: Spans, starts: int) -> int:
    """The starts at which one of the spans meets one of the cells."""
    missed = starts
    for begin, end in spans:
        missed &= shift_down(erode(~cells, end - begin), begin)
    return starts & ~missed


def _count(masks: Mapping[Block, int], starts: int, rank: Rank, most: int) -> Levels:
    """Starts with at most 0 … `most` blocks, all of this rank or better."""
    if not masks:
        return [starts] * (most + 1)
    reached = [0] * (most + 1)  # 1 … most + 1 blocks or more
    for block, mask in masks.items():
        if block.rank > rank:
            starts &= ~mask
            continue
        for level in range(most, 0, -1):
            reached[level] |= reached[level - 1] & mask
        reached[0] |= mask
    return [starts & ~more for more in reached]


def _cheapest(members: Sequence[Levels], count: int, starts: int, most: int) -> Levels:
    """The cost of the `count` cheapest members together."""
    if count == 1 and members:
        return _any(members)
    chosen = [[starts] * (most + 1), *([[0] * (most + 1)] * count)]
    for member in members:
        for number in range(count, 0, -1):
            chosen[number] = _any([chosen[number], _both(chosen[number - 1], member)])
    return chosen[count]


def _both(one: Levels, other: Levels) -> list[int]:
    """Costs added up."""
    found = []
    for total in range(len(one)):
        cells = 0
        for part in range(total + 1):
            cells |= one[part] & other[total - part]
        found.append(cells)
    return found


def _any(levels: Sequence[Levels]) -> list[int]:
    """The cheapest of them."""
    found = list(levels[0])
    for other in levels[1:]:
        found = [a | b for a, b in zip(found, other, strict=True)]
    return found


def _all(levels: Sequence[Levels]) -> list[int]:
    """The dearest of them: what groups cost that may share a block."""
    found = list(levels[0])
    for other in levels[1:]:
        found = [a & b for a, b in zip(found, other, strict=True)]
    return found
