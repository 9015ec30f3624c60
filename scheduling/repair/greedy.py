"""Plans made one by one: quick, good, and proven nothing.

They stand where no solver is installed or no worker runs, and give the solver a first
plan to begin with.
"""

from collections.abc import Iterable, Mapping, Sequence

from scheduling.openings.assignment import assign
from scheduling.openings.engine import Candidate, Candidates, possible_starts
from scheduling.repair.problem import (
    Affected,
    Placement,
    by_patient,
    in_order,
)
from scheduling.repair.waits import meeting
from scheduling.timegrid.bitset import positions, span

Placed = Mapping[int, Placement]  # by the visit's position


def one_by_one(problem: Sequence[Affected]) -> tuple[Placement, ...]:
    """Return one placement for each visit: who can stay stays, then nearest first.

    Patients keep all their times or none of them; then each visit takes its nearest
    start, by the time agreed, and those for whom there was none ask again once others
    have left.
    """
    placed: Placed = {}
    for patient in by_patient(problem):
        placed = _staying(problem, placed, patient)
    left = [i for i in in_order(problem) if i not in placed]
    while left:
        for i in left:
            placed = _placed_at(problem, placed, i, problem[i].allowed)
        asked, left = left, [i for i in left if i not in placed]
        if asked == left:
            break
    return tuple(placed.get(i, Placement()) for i in range(len(problem)))


def _staying(visits: Sequence[Affected], placed: Placed, some: Iterable[int]) -> Placed:
    """The same with all of these at the start agreed, if they can."""
    more = placed
    for i in some:
        more = _placed_at(visits, more, i, visits[i].allowed & 1 << visits[i].start)
        if i not in more:
            return placed
    return more


def _placed_at(
    visits: Sequence[Affected], placed: Placed, index: int, allowed: int
) -> Placed:
    """The same with this visit at the nearest of these starts that is free."""
    visit = visits[index]
    found = _free(visits, placed, index)
    allowed &= ~_elsewhere(visits, placed, index)
    starts = positions(possible_starts(visit.plan, found, allowed))
    for start in sorted(starts, key=lambda cell: (abs(cell - visit.start), cell)):
        assignment = assign(visit.plan, found, start, visit.prefer)
        if assignment is not None:
            return {**placed, index: Placement(start, assignment)}
    return placed


def _free(visits: Sequence[Affected], placed: Placed, index: int) -> Candidates:
    """Return the candidates for the visit besides those placed, whose turn is first.

    Nobody takes what a visit that is not placed yet still has.
    """
    taken: dict[int, int] = {}
    for i, visit in enumerate(visits):
        if i == index:
            continue
        has = _taken(visit, placed[i]) if i in placed else visit.held
        for pk, cells in has.items():
            taken[pk] = taken.get(pk, 0) | cells
    return {
        group.id: [
            Candidate(
                one.calendar,
                one.starts & ~meeting(group, taken[one.resource_id])
                if one.resource_id in taken
                else one.starts,
            )
            for one in visits[index].found[group.id]
        ]
        for group in visits[index].plan.groups
    }


def _taken(visit: Affected, placement: Placement) -> Mapping[int, int]:
    """The cells it takes where it is placed, by resource."""
    taken: dict[int, int] = {}
    assert placement.start is not None
    for group in visit.plan.groups:
        for begin, end in group.occupied:
            cells = span(placement.start + begin, placement.start + end)
            for pk in placement.assignment[group.id]:
                taken[pk] = taken.get(pk, 0) | cells
    return taken


def _elsewhere(visits: Sequence[Affected], placed: Placed, index: int) -> int:
    """The starts at which its patient would be at another visit of theirs."""
    mine, starts = visits[index], 0
    for i, other in enumerate(visits):
        if i != index and mine.shares_patient(other):
            at = placed[i].start if i in placed else other.start
            assert at is not None
            starts |= span(at - mine.cells + 1, at + other.cells)
    return starts
