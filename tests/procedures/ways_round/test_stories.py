"""The known ways round, told one by one: each is closed, none at the first sight."""

import pytest

from tests.procedures.ways_round.stories import STORIES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", STORIES)
def test_a_known_way_round_is_closed(name):
    story, _ = STORIES[name]

    ground = story()
    told = "\n".join(ground.world.trace)

    assert ground.wrong == [], told
