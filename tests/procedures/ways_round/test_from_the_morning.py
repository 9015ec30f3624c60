"""The search from the morning of the day: everybody is prepared and has arrived."""

import pytest

from tests.procedures.ways_round.ground import ready
from tests.procedures.ways_round.searching import PARTS, done, search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("part", PARTS)
def test_no_order_of_acts_leads_past_a_rule_from_the_morning_on(part):
    lived = search(ready(), part=part)

    assert done(lived, "harvest") >= 5
