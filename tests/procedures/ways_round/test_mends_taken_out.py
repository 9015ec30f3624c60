"""Shown once: with a mend taken out, the model finds the way round again."""

import pytest
from biip.gs1_messages import GS1Message

from procedures.domain import check_in_guards, visit_guards
from procedures.domain.kits import Kit, expiry
from procedures.services import kits, late_entries, records, stops
from tests.procedures.ways_round.ground import Broken, ready
from tests.procedures.ways_round.searching import search
from tests.procedures.ways_round.stories import STORIES

pytestmark = pytest.mark.django_db


def nothing(*args, **more):
    """In place of a guard that yields reasons, or of a step that keeps something."""
    return ()


def half_of_it(text, *args, **more):
    """Read a barcode as a reader does that lets a field run into the next (B1)."""
    parts = GS1Message.parse(text).element_strings
    found = {part.ai.ai: part.value for part in parts}
    on = expiry(found["17"])
    assert on is not None
    return Kit(found["01"], on, found.get("10", ""), found.get("21", ""))


# Of each fault the mends that the database does not hold up a second time.
MENDS = {
    "B1 separator": [(kits, "read", half_of_it)],
    "B7 steroid": [(check_in_guards, "of_the_day", nothing)],
    "B7 anticoagulant": [(check_in_guards, "of_the_day", nothing)],
    "B7 last dose": [(check_in_guards, "not_told", nothing)],
    "B8 fever": [(stops, "keep", nothing)],
    "B8 pregnancy": [(stops, "keep", nothing)],
    "B8 purulent": [(stops, "keep", nothing)],
    "B9 stranger": [(records, "without_company", lambda *args, **more: None)],
    "B9 finished": [(records, "without_company", lambda *args, **more: None)],
    "B16 expiry": [(visit_guards, "not_expired", nothing)],
    "B16 late": [(late_entries, "_is_late", lambda context: False)],
}


@pytest.mark.parametrize("name", MENDS)
def test_the_model_finds_the_way_round_without_its_mend(name, monkeypatch):
    story, code = STORIES[name]
    for place, mend, instead in MENDS[name]:
        monkeypatch.setattr(place, mend, instead)

    ground = story()

    assert code in {found for found, _ in ground.wrong}, ground.world.trace


def test_the_search_finds_a_stop_that_does_not_stand(monkeypatch):
    monkeypatch.setattr(stops, "keep", nothing)

    with pytest.raises(Broken, match="B8 "):
        search(ready("ABC"), runs=400, number=1, shrinks=False, collect=False)
