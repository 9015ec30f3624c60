"""Late entries say why, and pass nothing that the clock has closed."""

import pytest

from procedures.fields.schema import InvalidData
from procedures.models import LateEntry
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db
WHY = "The network of the clinic was down."


def test_a_harvest_of_six_hours_ago_needs_a_reason():
    day = Day.ready().until("checked_in")
    day.time_out()

    with pytest.raises(InvalidData, match="/late_reason"):
        day.harvest("15:33")

    assert not day.episode.harvests.exists()


def test_the_reason_stays_with_the_record():
    day = Day.ready().until("checked_in")
    day.time_out()

    day.act("harvest", _harvest(day), "15:33", "clinician", late_reason=WHY)

    kept = LateEntry.objects.get()
    row = day.episode.harvests.get()
    assert (kept.act, kept.reason, kept.recorded_at) == (
        "harvest",
        WHY,
        row.recorded_at,
    )


def _harvest(day):
    answers = {}
    day_act, day.act = day.act, lambda name, data, *_, **__: answers.update(data)
    day.harvest()
    day.act = day_act
    return answers


def test_within_half_an_hour_nothing_is_asked():
    day = Day.ready().until("checked_in")
    day.time_out()

    day.harvest("10:03")

    assert day.episode.stage == "harvested"
    assert not LateEntry.objects.exists()


def test_a_short_reason_is_none():
    day = Day.ready().until("checked_in")
    day.time_out()

    with pytest.raises(InvalidData, match="/late_reason"):
        day.act("harvest", _harvest(day), "15:33", "clinician", late_reason="late   ")


def test_a_time_out_is_not_back_dated_over_an_expired_product():
    day = Day.ready().until("released")
    answers = {}
    real, day.act = day.act, lambda name, data, *_, **__: answers.update(data)
    day.time_out()
    day.act = real

    refused = day.act(
        "time_out",
        answers,
        "14:00",
        "clinician",
        "nurse",
        occurred_at=day.at("13:00"),
        late_reason=WHY,
    )

    assert codes(refused) == ["product-expired"]
