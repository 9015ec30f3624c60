"""The search from the needle: products released, one still at the bench."""

import pytest

from tests.procedures.ways_round.ground import ready, walked
from tests.procedures.ways_round.searching import done, search

pytestmark = pytest.mark.django_db


def test_no_order_of_acts_leads_past_a_rule_from_the_needle_on():
    lived = search(walked(ready(), C="processed", A="released", B="released"))

    assert done(lived, "inject") >= 15
    assert done(lived, "discharge") >= 5
