"""Times and places of the bench that cannot have been."""

import pytest

from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    day = Day.ready().until("harvested")
    make.done(day.hand_off("H1", "09:34", role="clinician"))
    make.done(day.hand_off("H2", "09:35"))
    return day


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start_at": "09:40", "end_at": "09:36"}, "time-order"),
        ({"spin_minutes": 17}, "spin-too-long"),
        ({"start_at": "09:36", "end_at": "11:37"}, "processing-too-long"),
    ],
)
def test_a_processing_has_times_that_can_have_been(day, changes, code):
    times = {k: day.at(v) for k, v in changes.items() if k.endswith("_at")}
    now = "11:40" if changes.get("end_at", "") > "11" else "09:53"

    assert codes(day.process(now, **changes | times)) == [code]


def test_a_place_is_scanned_once(day):
    assert codes(day.hand_off("H1", "09:36")) == ["hand-off-done"]
