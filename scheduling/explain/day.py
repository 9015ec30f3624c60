"""One local day as blocks: the same day can be searched with some of them gone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from scheduling.explain.obstacles import Block, Takes
from scheduling.openings.assignment import Assignment, assign
from scheduling.openings.candidates import ResourceRef
from scheduling.openings.engine import Calendar, Candidates, candidates, possible_starts
from scheduling.timegrid.bitset import erode, positions
from scheduling.timegrid.grid import Grid, ceil_cells
from scheduling.visit_types.plan import Group, Plan

NOTHING: frozenset[Block] = frozenset()
_RESOURCES = (Takes.CLEAR, Takes.OPEN, Takes.CLINIC, Takes.MEMBER)


@dataclass(frozen=True, slots=True)
class Member:
    """A bookable resource of the clinic."""

    ref: ResourceRef
    capabilities: frozenset[str]
    shortest_cells: int = 1

    @property
    def id(self) -> int:
        return self.ref.id

    def can_serve(self, group: Group) -> bool:
        return self.ref.kind in group.kinds and group.capabilities <= self.capabilities


@dataclass(frozen=True)
class Scene:
    """`starts` are the day's start cells before any block; all time is free and open
    but for `blocks`. `usual` are those at times of day when the clinic opens at all."""

    plan: Plan
    grid: Grid
    members: tuple[Member, ...]
    starts: int
    blocks: tuple[Block, ...]
    usual: int = 0

    def first(
        self, without: Collection[Block] = NOTHING
    ) -> tuple[int, Assignment] | None:
        """The first start of the day with these blocks gone, by the exact search.

        At a usual time of day, if there is one: at midnight a closed day helps nobody.
        """
        if not (allowed := self.allowed(without)):
            return None
        found = self._candidates(frozenset(without) & self._taking)
        starts = possible_starts(self.plan, found, allowed)
        for some in (starts & self.usual, starts & ~self.usual):
            for cell in positions(some):
                assignment = assign(self.plan, found, cell)
                if assignment is not None:
                    return cell, assignment
        return None

    def _candidates(self, without: frozenset[Block]) -> Candidates:
        if without not in self._known:
            self._known[without] = candidates(self.plan, self.calendars(without))
        return self._known[without]

    @cached_property
    def _known(self) -> dict[frozenset[Block], Candidates]:
        """Candidates by the blocks gone: many searches differ in other blocks only."""
        return {}

    @cached_property
    def _taking(self) -> frozenset[Block]:
        """The blocks that take anything of a resource."""
        return frozenset(block for block in self.blocks if block.takes in _RESOURCES)

    def allowed(self, without: Collection[Block] = NOTHING) -> int:
        """The starts that neither the patient, the clock nor a wish forbids."""
        starts = self.starts & ~self._cells(Takes.START, without)
        if patient := self._cells(Takes.PATIENT, without):
            starts &= erode(~patient, ceil_cells(self.plan.length_minutes))
        return starts

    def calendars(self, without: Collection[Block] = NOTHING) -> list[Calendar]:
        full = self.grid.full
        opened = full & ~self._cells(Takes.CLINIC, without)
        unwanted = self.unwanted(without)
        return [
            Calendar(
                resource_id=member.id,
                kind=member.ref.kind,
                capabilities=member.capabilities,
                clear=full & ~self._cells(Takes.CLEAR, without, member.id),
                open=_less(opened, self._cells(Takes.OPEN, without, member.id)),
                shortest_cells=member.shortest_cells,
            )
            for member in self.members
            if member.id not in unwanted
        ]

    def unwanted(self, without: Collection[Block] = NOTHING) -> frozenset[int]:
        """The resources a wish leaves out."""
        of = self.by_place.get((Takes.MEMBER, None), ())
        left_out = [block.resource_ids for block in of if block not in without]
        return frozenset().union(*left_out)

    @cached_property
    def by_place(self) -> Mapping[tuple[Takes, int | None], list[Block]]:
        """The blocks by what they take, and of which resource."""
        places: dict[tuple[Takes, int | None], list[Block]] = {}
        for block in self.blocks:
            places.setdefault((block.takes, block.resource_id), []).append(block)
        return places

    def _cells(
        self, takes: Takes, without: Collection[Block], resource_id: int | None = None
    ) -> int:
        cells = 0
        for block in self.by_place.get((takes, resource_id), ()):
            if block not in without:
                cells |= block.cells
        return cells


def _less(cells: int, lost: int) -> int:
    """The very number where nothing is lost: what it allows is worked out once."""
    return cells & ~lost if lost else cells
