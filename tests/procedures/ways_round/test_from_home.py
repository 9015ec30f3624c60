"""The search from the evening: treated, at home, asked how they are."""

import pytest

from tests.procedures.ways_round.ground import ready, walked
from tests.procedures.ways_round.right import minutes
from tests.procedures.ways_round.searching import PARTS, done, search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", PARTS)
def test_no_order_of_acts_leads_past_a_rule_once_they_are_at_home(part):
    start = walked(ready(), A="discharged", B="discharged", C="injected")
    start.now += minutes(24 * 60)

    lived = search(start, part=part)

    assert done(lived, "respond") >= 1
    assert lived.tried["correct", ()]
