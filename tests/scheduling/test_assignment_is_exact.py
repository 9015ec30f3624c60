"""The assignment at a start is the cheapest of all there are, by trying them all."""

import random
from itertools import combinations, product

import pytest

from scheduling.openings.assignment import assign
from scheduling.openings.engine import Calendar, candidates
from scheduling.timegrid.fragmentation import LOOK_CELLS
from scheduling.visit_types.plan import NeedPlan, PhasePlan, Plan

WORLDS = 1_200
BATCHES = 6
CELLS = 160
START = 60
SHORTEST = {"nurse": 4, "doctor": 3, "room": 6}


def small_world(seed):
    """A visit of up to four groups that compete for up to seven resources."""
    rng = random.Random(seed)
    phases, needs = [], []
    for number in range(1, rng.randint(1, 4) + 1):
        offset = 0 if number == 1 else rng.choice([0, 10, 20, 30, 45])
        phases.append(
            PhasePlan(number, f"phase {number}", offset, rng.choice([10, 20, 33]))
        )
        group, count = number, rng.choice([1, 1, 2])
        if number > 1 and rng.random() < 0.25:
            group, count = needs[-1].group, needs[-1].count
        needs.append(
            NeedPlan(
                number,
                phases[-1],
                frozenset(rng.sample(sorted(SHORTEST), rng.choice([1, 2, 3]))),
                count=count,
                group=group,
                after_minutes=rng.choice([0, 0, 10]),
            )
        )
    calendars = []
    for number in range(1, rng.randint(2, 7) + 1):
        kind = rng.choice(sorted(SHORTEST))
        calendars.append(
            Calendar(
                number, kind, frozenset(), _free(rng), (1 << CELLS) - 1, SHORTEST[kind]
            )
        )
    ids = [calendar.resource_id for calendar in calendars]
    prefer = frozenset(rng.sample(ids, rng.choice([0, 0, 1, 2])))
    return Plan(tuple(phases), tuple(needs)), calendars, prefer


def _free(rng):
    """Mostly free, taken here and there, often close to the visit."""
    free = (1 << CELLS) - 1
    for _ in range(rng.randint(0, 4)):
        begin = rng.choice([rng.randrange(CELLS), rng.randrange(START - 8, START + 22)])
        free &= ~(((1 << rng.randint(1, 8)) - 1) << begin)
    return free


def cheapest(plan, calendars, prefer):
    """Every way to serve the visit, naively priced; the least of them, or None."""
    by_id = {calendar.resource_id: calendar for calendar in calendars}
    choices = [
        list(combinations(_able(group, calendars), group.count))
        for group in plan.groups
    ]
    ways = [
        (*_cost(plan, way, by_id, prefer), way)
        for way in product(*choices)
        if _is_possible(plan, way)
    ]
    return min(ways, default=None)


def _able(group, calendars):
    return [
        calendar.resource_id
        for calendar in calendars
        if all(calendar.kind in need.kinds for need in group.needs)
        and all(
            calendar.free >> cell & 1
            for need in group.needs
            for cell in range(START + need.cells[0], START + need.occupied_cells[1])
        )
    ]


def _is_possible(plan, way):
    """No resource is taken twice at a time by two groups."""
    taken = {}
    for group, ids in zip(plan.groups, way, strict=True):
        for pk in ids:
            for cell in _cells_of(group):
                if taken.setdefault((pk, cell), group.id) != group.id:
                    return False
    return True


def _cells_of(group):
    return {
        cell
        for need in group.needs
        for cell in range(
            START + need.occupied_cells[0], START + need.occupied_cells[1]
        )
    }


def _cost(plan, way, by_id, prefer):
    taken, strangers = {}, 0
    for group, ids in zip(plan.groups, way, strict=True):
        for pk in ids:
            taken.setdefault(pk, set()).update(_cells_of(group))
            strangers += bool(prefer) and pk not in prefer
    stranded = idle = 0
    for pk, cells in taken.items():
        for gap in _gaps(by_id[pk], cells):
            stranded += len(gap) < SHORTEST[by_id[pk].kind]
            idle += len(gap)
    return strangers, stranded, idle


def _gaps(calendar, cells):
    """The runs of free cells beside the taken ones, seen from cell to cell."""
    first, last = min(cells) - LOOK_CELLS, max(cells) + LOOK_CELLS
    gaps, seen = [], set()
    for cell in sorted(cells):
        for step in (-1, 1):
            run, at = [], cell + step
            while first <= at <= last and at not in cells and calendar.free >> at & 1:
                run.append(at)
                at += step
            if run and not seen & set(run):
                seen |= set(run)
                gaps.append(run)
    return gaps


@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_assignment_costs_less_than_the_one_chosen(batch):
    for seed in range(batch, WORLDS, BATCHES):
        plan, calendars, prefer = small_world(seed)

        chosen = assign(plan, candidates(plan, calendars), START, prefer)

        best = cheapest(plan, calendars, prefer)
        expected = best and {
            group.id: ids for group, ids in zip(plan.groups, best[3], strict=True)
        }
        assert chosen == expected, f"world {seed}"


def test_the_small_worlds_compete_and_some_cannot_be_served():
    worlds = [small_world(seed) for seed in range(WORLDS)]
    possible = [cheapest(*world) is not None for world in worlds[:300]]

    assert sum(possible) > 100
    assert possible.count(False) > 30
    assert sum(len(c.groups) > 1 for w in worlds for c in w[0].clusters) > 300


def test_the_order_of_the_calendars_does_not_matter():
    for seed in range(100):
        plan, calendars, prefer = small_world(seed)

        there = assign(plan, candidates(plan, calendars), START, prefer)
        back = assign(plan, candidates(plan, calendars[::-1]), START, prefer)

        assert there == back
