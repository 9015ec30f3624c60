"""The search from the bench: two containers on their way, one product released."""

import pytest

from tests.procedures.ways_round.ground import ready, walked
from tests.procedures.ways_round.searching import PARTS, done, search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", PARTS)
def test_no_order_of_acts_leads_past_a_rule_from_the_bench_on(part):
    lived = search(
        walked(ready(), C="released", A="harvested", B="harvested"), part=part
    )

    assert done(lived, "release") >= 5
    assert done(lived, "inject") >= 5
