"""The search from the first consultation: nothing is decided yet."""

import pytest

from tests.procedures.ways_round.ground import evaluated
from tests.procedures.ways_round.searching import WHOLE, done, search

pytestmark = pytest.mark.django_db


def test_no_order_of_acts_leads_past_a_rule_from_the_consultation_on():
    start = evaluated()
    start.stride = 3  # seven right acts lie before the check-in

    lived = search(start, runs=WHOLE)

    assert done(lived, "check_in") >= 2
