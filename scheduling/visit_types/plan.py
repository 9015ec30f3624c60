"""Plan of a visit: phases from arrival, and resources for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, reduce
from itertools import combinations

from scheduling.timegrid.fragmentation import Span, merged
from scheduling.timegrid.grid import ceil_cells, floor_cells


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """[offset, offset + duration) minutes from arrival; `id` is the stored phase.

    A booking may vary its duration from `shortest` to `longest` minutes; how is
    `scheduling.visit_types.variation`'s.
    """

    id: int
    name: str
    offset_minutes: int
    duration_minutes: int
    shortest: int = 0
    longest: int = 0
    minutes_per_target: int = 0
    sedation_minutes: tuple[tuple[str, int], ...] = ()

    @property
    def end_minutes(self) -> int:
        return self.offset_minutes + self.duration_minutes


@dataclass(frozen=True, slots=True)
class NeedPlan:
    """`count` resources of one of `kinds` with all `capabilities` during `phase`.

    Needs with the same `group` are served by the same resources; it is the id of
    the first of them. Buffers belong to the resource. `only_if` names what must be
    asked for before it is needed at all.
    """

    id: int
    phase: PhasePlan
    kinds: frozenset[str]
    capabilities: frozenset[str] = frozenset()
    count: int = 1
    group: int = 0
    before_minutes: int = 0
    after_minutes: int = 0
    only_if: str = ""

    @property
    def occupied_minutes(self) -> tuple[int, int]:
        """Start and end, in minutes from arrival, buffers included."""
        return (
            self.phase.offset_minutes - self.before_minutes,
            self.phase.end_minutes + self.after_minutes,
        )

    @property
    def cells(self) -> tuple[int, int]:
        """The phase in cells from arrival, widened to the grid."""
        phase = self.phase
        return floor_cells(phase.offset_minutes), ceil_cells(phase.end_minutes)

    @property
    def occupied_cells(self) -> tuple[int, int]:
        """The same with buffers."""
        start, end = self.occupied_minutes
        return floor_cells(start), ceil_cells(end)


@dataclass(frozen=True, eq=False)
class Group:
    """Needs that the same `count` resources serve."""

    id: int
    needs: tuple[NeedPlan, ...]

    @property
    def count(self) -> int:
        return self.needs[0].count

    @cached_property
    def occupied(self) -> tuple[Span, ...]:
        """The cells from arrival that one resource is taken, as merged spans."""
        return merged(need.occupied_cells for need in self.needs)

    @cached_property
    def phases(self) -> tuple[Span, ...]:
        """The cells of its phases from arrival, in which one resource must be open."""
        return tuple(dict.fromkeys(need.cells for need in self.needs))

    @cached_property
    def shortest_first(self) -> tuple[Span, ...]:
        """The spans of `occupied`, the shortest first."""
        return tuple(sorted(self.occupied, key=lambda span: span[1] - span[0]))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds that can serve all of the group's needs."""
        return reduce(frozenset.intersection, (need.kinds for need in self.needs))

    @cached_property
    def capabilities(self) -> frozenset[str]:
        """All capabilities that a resource must have to serve the needs."""
        return frozenset(word for need in self.needs for word in need.capabilities)

    def clashes(self, other: "Group") -> bool:
        """True if one resource cannot serve both: some of their time overlaps."""
        return any(
            start < other_end and other_start < end
            for start, end in self.occupied
            for other_start, other_end in other.occupied
        )


@dataclass(frozen=True, eq=False)
class Cluster:
    """Groups that draw, one through another, on common kinds."""

    groups: tuple[Group, ...]

    @cached_property
    def patterns(self) -> tuple[tuple[tuple[int, ...], tuple[Span, ...]], ...]:
        """Groups that one resource may serve, and the merged spans it is taken.

        Groups are positions; those of a pattern do not clash.
        """
        positions = range(len(self.groups))
        return tuple(
            (some, merged(span for i in some for span in self.groups[i].occupied))
            for size in range(1, len(self.groups) + 1)
            for some in combinations(positions, size)
            if not any(
                self.groups[a].clashes(self.groups[b]) for a, b in combinations(some, 2)
            )
        )


@dataclass(frozen=True)
class Plan:
    """A visit: its phases in order, and their needs."""

    phases: tuple[PhasePlan, ...]
    needs: tuple[NeedPlan, ...]

    @cached_property
    def length_minutes(self) -> int:
        """Minutes from arrival to the end of the last phase."""
        return max(phase.end_minutes for phase in self.phases)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        by_id: dict[int, list[NeedPlan]] = {}
        for need in self.needs:
            by_id.setdefault(need.group, []).append(need)
        return tuple(Group(key, tuple(needs)) for key, needs in by_id.items())

    @cached_property
    def served(
        self,
    ) -> tuple[tuple[str, timedelta, timedelta, tuple[int, ...]], ...]:
        """Each phase by name, from and to, with the groups of its needs, by id."""
        return tuple(
            (
                phase.name,
                timedelta(minutes=phase.offset_minutes),
                timedelta(minutes=phase.end_minutes),
                tuple(
                    dict.fromkeys(n.group for n in self.needs if n.phase.id == phase.id)
                ),
            )
            for phase in self.phases
        )

    @cached_property
    def occupied(self) -> tuple[tuple[int, timedelta, timedelta, int], ...]:
        """Each need by id, from and to with its buffers, and its group."""
        return tuple(
            (
                need.id,
                timedelta(minutes=need.occupied_minutes[0]),
                timedelta(minutes=need.occupied_minutes[1]),
                need.group,
            )
            for need in self.needs
        )

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """The groups apart, where they never want the same resource."""
        clusters: list[tuple[frozenset[str], tuple[Group, ...]]] = []
        for group in self.groups:
            kinds = group.kinds
            together: tuple[Group, ...] = (group,)
            for some in [some for some in clusters if some[0] & kinds]:
                clusters.remove(some)
                kinds, together = kinds | some[0], (*some[1], *together)
            clusters.append((kinds, together))
        order = {group.id: place for place, group in enumerate(self.groups)}
        return tuple(
            Cluster(tuple(sorted(groups, key=lambda group: order[group.id])))
            for _, groups in clusters
        )

    @cached_property
    def alone(self) -> frozenset[Group]:
        """Groups of one resource that no other group wants."""
        return frozenset(
            cluster.groups[0]
            for cluster in self.clusters
            if len(cluster.groups) == cluster.groups[0].count == 1
        )

    @cached_property
    def phase_cells(self) -> frozenset[Span]:
        """The cells from arrival of all phases that need anything."""
        return frozenset(need.cells for need in self.needs)

    @cached_property
    def lead_cells(self) -> int:
        """Cells before arrival at which the first resource is taken; 0 if none is."""
        return max([0, *(-need.occupied_cells[0] for need in self.needs)])

    @cached_property
    def tail_cells(self) -> int:
        """Cells after arrival until everything is over, buffers included."""
        ends = [need.occupied_cells[1] for need in self.needs]
        return max([ceil_cells(self.length_minutes), *ends])

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for need in self.needs for kind in need.kinds)


def check_plan(plan: Plan) -> list[str]:
    """Return the faults of this plan, in words; none if it can be offered."""
    if not plan.phases:
        return ["A visit needs at least one phase."]
    return [*_check_lengths(plan.phases), *_check_groups(plan.groups)]


def _check_lengths(phases: Sequence[PhasePlan]) -> list[str]:
    faults = []
    if min(phase.offset_minutes for phase in phases) != 0:
        faults.append("The first phase begins at arrival, minute 0.")
    if max(phase.end_minutes for phase in phases) > 20 * 60:
        faults.append("A visit lasts 20 hours at most.")
    return faults


def _check_groups(groups: Sequence[Group]) -> list[str]:
    return [
        "Needs served by the same resources must ask for the same number of them."
        for group in groups
        if len({need.count for need in group.needs}) > 1
    ]
