"""The search from the needle: products released, one still at the bench."""

import pytest

from tests.procedures.ways_round.ground import ready, walked
from tests.procedures.ways_round.searching import PARTS, done, search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", PARTS)
def test_no_order_of_acts_leads_past_a_rule_from_the_needle_on(part):
    lived = search(
        walked(ready(), C="processed", A="released", B="released"), part=part
    )

    assert done(lived, "inject") >= 15
    assert done(lived, "discharge") >= 5
