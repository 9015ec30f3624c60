"""Every reason is true: without exactly its blocks the naive oracle finds a start."""

from itertools import combinations

import pytest

from scheduling.explain.minimal_sets import explain
from scheduling.explain.missing_resources import lack
from scheduling.explain.obstacles import Cause, Rank
from scheduling.explain.sentences import Rejection, reason
from scheduling.explain.vocabulary import plain
from tests.scheduling import oracle
from tests.scheduling.days import asked, starts_without
from tests.scheduling.oracle import Rulebook
from tests.scheduling.worlds import world

WORLDS = 1_200
BATCHES = 12


def rejected_days(batch, batches=BATCHES):
    """Questions whose day has no opening, with the scene of that day."""
    for seed in range(batch, WORLDS, batches):
        question = asked(world(seed), seed)
        scene = question.window.scene(question.day)
        if scene.first() is None:
            yield seed, question, scene


@pytest.mark.parametrize("batch", range(BATCHES))
def test_without_exactly_its_blocks_a_rejected_day_has_an_opening(batch):
    for seed, question, scene in rejected_days(batch):
        assert starts_without(question, ()) == [], f"world {seed}"
        finding = explain(scene)

        if finding is None:
            assert_nothing_helps(question, seed)
            continue
        assert finding.blocks, f"world {seed}"
        found = starts_without(question, finding.blocks)
        assert scene.grid.instant(finding.cell) in found, f"world {seed}"


def assert_nothing_helps(question, seed):
    """Even with nothing in the way at all the visit cannot be served."""
    made = question.made
    anything = [
        type(t)(t.id, t.kind, t.skills, Rulebook(always=True), ()) for t in made.things
    ]
    first = oracle.midnight(question.day, made.zone)
    free = oracle.fits(made.wants, anything, Rulebook(always=True), made.zone, first)
    assert not free, f"world {seed}"


@pytest.mark.parametrize("batch", range(4))
def test_no_block_is_named_that_does_not_matter(batch):
    for seed, question, scene in rejected_days(batch, 16):
        finding = explain(scene)
        for fewer in (
            combinations(finding.blocks, len(finding.blocks) - 1) if finding else ()
        ):
            assert starts_without(question, fewer) == [], f"world {seed}"


def test_one_block_is_named_wherever_one_is_enough():
    checked = 0
    for seed, _, scene in rejected_days(0, 3):
        finding = explain(scene)
        if finding and len(finding.blocks) > 1:
            checked += 1
            alone = [b for b in scene.blocks if scene.first({b})]
            assert {b.rank for b in alone} <= {Rank.LONGER}, f"world {seed}"
    assert checked > 10


def test_every_rejected_day_has_a_reason_in_words():
    causes = set()
    for seed, question, scene in rejected_days(1, 3):
        finding = explain(scene)
        members = question.window.members
        rejected = (
            Rejection(question.day, finding)
            if finding
            else Rejection(question.day, lack=lack(scene.plan, members))
        )
        text = reason(rejected, plain(question.made.zone))

        assert text.endswith("."), f"world {seed}"
        assert "None" not in text, f"world {seed}: {text}"
        assert rejected.need, f"world {seed}"
        causes |= {block.cause for block in finding.blocks} if finding else set()
    assert causes >= {
        Cause.BOOKING,
        Cause.PATIENT,
        Cause.HOURS,
        Cause.CLOSED,
        Cause.PAST,
        Cause.CLINICIAN,
        Cause.EXCLUDED,
        Cause.TIME,
        Cause.WEEKDAY,
    }
