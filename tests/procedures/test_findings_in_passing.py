"""A finding that ends the way counts in a form that is wrong otherwise, too."""

import pytest

from procedures.fields.schema import InvalidData
from procedures.models import Stop, StopContradiction
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db

WRONG = {
    "a pressure that nobody has": {"systolic_mmhg": "1200"},
    "a pulse that is missing": {"heart_rate_per_min": ""},
    "a number in words": {"spo2_pct": "good"},
    "an unknown field": {"mood": "fine"},
    "half a dose": {"last_doses": [{"drug": "Ibuprofen"}]},
}


@pytest.mark.parametrize("words", WRONG)
def test_a_fever_in_a_form_that_is_wrong_is_kept(words):
    day = Day.ready()

    refused = day.check_in(temperature_c="38.4", **WRONG[words])

    assert codes(refused) == ["INF-01", "form-incomplete"]
    assert "38.4" in Stop.objects.get().text
    assert day.episode.stage == "deferred"


def test_a_minute_later_with_36_8_the_contradiction_is_on_record():
    day = Day.ready()
    day.check_in(temperature_c="38.0", heart_rate_per_min="")

    again = day.check_in(temperature_c="36.8")

    assert set(codes(again)) & {"stage", "stop-open"}
    assert "36.8" in " ".join(StopContradiction.objects.values_list("text", flat=True))


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ({"infection_signs": True}, "INF-01"),
        ({"pregnancy_test": "positive"}, "PREG-01"),
    ],
)
def test_the_other_findings_of_a_check_in_are_kept_as_well(answer, rule):
    day = Day.ready()

    day.check_in(heart_rate_per_min="", **answer)

    assert Stop.objects.get().rule == rule


def test_infection_at_the_time_out_and_pus_at_the_needle_are_kept_as_well():
    day = Day.ready()
    day.check_in()

    day.time_out(infection_absent=False, images_displayed="perhaps")

    assert (Stop.objects.get().rule, Stop.objects.get().act) == ("INF-01", "time_out")


def test_a_blank_answer_at_the_time_out_is_no_finding():
    day = Day.ready()
    day.check_in()

    with pytest.raises(InvalidData):
        day.time_out(infection_absent="", images_displayed="perhaps")

    assert not Stop.objects.exists()


@pytest.mark.parametrize(
    ("answer", "rule"),
    [({"temperature_c": "38.4"}, "INF-01"), ({"pregnant": True}, "PREG-01")],
)
def test_an_evaluation_that_is_wrong_keeps_what_it_found(answer, rule):
    place = make.open_site()
    episode = make.episode(place)
    given = make.evaluation(weight_kg="none", **answer)

    make.act(place, episode, "evaluate", given)

    assert Stop.objects.get().rule == rule


@pytest.mark.parametrize("warm", ["37.9", "", "warm", "384"])
def test_a_form_that_is_only_wrong_leaves_no_trace(warm):
    day = Day.ready()

    with pytest.raises(InvalidData):
        day.check_in(temperature_c=warm, heart_rate_per_min="")

    assert not Stop.objects.exists()
    assert day.episode.stage == "ready"
