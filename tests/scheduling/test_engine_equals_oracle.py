"""The engine finds what the naive oracle finds, no more and no less."""

from datetime import timedelta
from itertools import pairwise

import pytest

from scheduling.openings.candidates import ResourceRef, search
from scheduling.timegrid.bitset import positions, span
from tests.scheduling import oracle
from tests.scheduling.worlds import PLACES, World, world

WORLDS = 2_000
BATCHES = 20


def engine_openings(made: World):
    grid, plan = made.grid, made.plan
    allowed = span(plan.lead_cells, grid.cells - plan.tail_cells)
    names = {t.id: ResourceRef(t.id, t.kind, f"number {t.id}") for t in made.things}
    return list(search(plan, made.calendars(), grid, allowed, names))


def oracle_starts(made: World):
    return oracle.starts(
        made.wants, made.things, made.clinic, made.zone, made.first, made.last
    )


@pytest.mark.parametrize("batch", range(BATCHES))
def test_engine_equals_oracle_on_generated_calendars(batch):
    for seed in range(batch, WORLDS, BATCHES):
        made = world(seed)

        found = [opening.start for opening in engine_openings(made)]

        assert found == oracle_starts(made), f"world {seed}"


def test_generated_worlds_are_neither_all_empty_nor_all_free():
    counts = [len(oracle_starts(world(seed))) for seed in range(0, WORLDS, 12)]

    assert sum(count > 0 for count in counts) > len(counts) / 4
    assert sum(count == 0 for count in counts) > len(counts) / 20


def test_generated_worlds_visit_every_place():
    seen = {(str(world(seed).zone)) for seed in range(400)}

    assert seen == {name for name, _ in PLACES}


def test_each_opening_assigns_resources_that_are_free_and_enough():
    for seed in range(0, WORLDS, 16):
        made = world(seed)
        by_id = {thing.id: thing for thing in made.things}
        for opening in engine_openings(made):
            for claim in opening.claims:
                busy = by_id[claim.resource_id].busy
                assert not any(a < claim.end and claim.start < b for a, b in busy)
            _check_no_claim_overlaps(opening)
            assert len(opening.phases) == len(made.plan.phases)
            assert opening.end == opening.start + timedelta(
                minutes=made.plan.length_minutes
            )


def _check_no_claim_overlaps(opening):
    claims = opening.claims
    for one, other in pairwise(claims):
        assert one.resource_id != other.resource_id or one.end <= other.start


def test_search_is_deterministic():
    made = next(world(seed) for seed in range(99) if engine_openings(world(seed)))

    assert engine_openings(made) == engine_openings(made)


def test_positions_lists_the_set_bits():
    assert list(positions(0b1001101)) == [0, 2, 3, 6]
