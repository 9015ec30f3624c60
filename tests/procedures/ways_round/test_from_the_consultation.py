"""The search from the first consultation: nothing is decided yet."""

import pytest

from tests.procedures.ways_round.ground import evaluated
from tests.procedures.ways_round.searching import PARTS, done, search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", PARTS)
def test_no_order_of_acts_leads_past_a_rule_from_the_consultation_on(part):
    lived = search(evaluated(), part=part)

    assert done(lived, "check_in") >= 2
