"""One clinician alone: a second answer on the day of the finding ends no stop."""

from datetime import timedelta

import pytest

from patients.models import Task
from procedures.models import Stop, StopContradiction, StopLift
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.procedures.refusals import codes

pytestmark = pytest.mark.django_db

NEXT_DAY = make.at("2026-09-16", "08:00")


def second_episode_evaluated(day, now, **changes):
    """Another way of the same patient, opened and evaluated: no infection, 36.7 °C."""
    other = make.episode(day.place, patient=day.episode.patient)
    answers = make.evaluation(**changes)
    make.done(make.act(day.place, other, "evaluate", answers, now=now))
    return other


def approve(day, episode, now):
    return make.act(day.place, episode, "decide", make.decision(), now=now)


def test_a_sign_of_infection_at_the_time_out_outlives_a_second_episode():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)

    second_episode_evaluated(day, day.at("09:14"))

    assert codes(day.time_out("09:20")) == ["stop-open"]
    assert not StopLift.objects.exists()


def test_a_purulent_effusion_outlives_a_second_episode():
    day = Day.ready().until("released")
    make.done(day.time_out("10:02"))
    day.inject(effusion_aspirated_ml=8, effusion_appearance="purulent")

    second_episode_evaluated(day, day.at("10:10"))

    assert codes(day.inject("10:14", effusion_appearance="clear")) == ["stop-open"]


def test_pregnant_is_not_taken_back_two_minutes_later():
    day = Day.ready()
    who = day.episode.patient
    who.biological_sex, who.birth_date = "female", "1996-01-01"
    who.version += 1
    who.save()
    other = second_episode_evaluated(day, day.at("08:35"), pregnant=True)

    again = make.evaluation(pregnant=False)
    make.done(make.act(day.place, other, "evaluate", again, now=day.at("08:37")))

    assert codes(approve(day, other, day.at("08:40"))) == ["stop-open"]
    assert "stop-open" in codes(day.check_in("08:41"))
    assert StopContradiction.objects.filter(text="Pregnant: no").exists()


def test_a_fever_at_check_in_is_not_evaluated_away_two_minutes_later():
    day = Day.ready()
    day.check_in("08:34", temperature_c="38.4")

    answers = make.evaluation(temperature_c=36.7)
    make.done(day.act("evaluate", answers, "08:36", "clinician"))

    assert codes(approve(day, day.episode, day.at("08:40"))) == ["stop-open"]


def test_the_evaluation_of_the_next_day_lifts_the_fever():
    day = Day.ready()
    day.check_in("08:34", temperature_c="38.4")

    answers = make.evaluation(temperature_c=36.7)
    make.done(make.act(day.place, day.episode, "evaluate", answers, now=NEXT_DAY))

    assert StopLift.objects.get().evaluation.occurred_at == NEXT_DAY
    later = NEXT_DAY + timedelta(minutes=5)
    assert make.done(approve(day, day.episode, later)).stage == "approved"


def test_the_day_that_was_stopped_does_not_go_on_the_next_day():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)

    second_episode_evaluated(day, NEXT_DAY)
    day.on = "2026-09-16"

    assert StopLift.objects.exists()
    assert "evaluation-older" in codes(day.time_out("09:00"))


def test_midnight_is_the_clinics_own():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)

    # 23:30 in Houston is the next day in London.
    second_episode_evaluated(day, day.at("23:30"))

    assert not StopLift.objects.exists()


def begun_before_the_stop():
    """The harvest starts at 09:15; at 09:20 a second time-out sees an infection."""
    day = Day.ready().until("checked_in")
    make.done(day.time_out("09:12"))
    day.time_out("09:20", infection_absent=False)
    assert Stop.objects.get().found_at == day.at("09:20")
    return day


def test_a_harvest_that_had_begun_is_recorded_and_looked_at():
    day = begun_before_the_stop()

    make.done(day.harvest())

    row = day.episode.harvests.get()
    assert Task.objects.filter(subject=f"harvest:{row.pk}", done_at=None).exists()
    assert Stop.objects.filter(lift=None).exists()


def test_what_follows_that_harvest_stays_stopped():
    day = begun_before_the_stop()
    make.done(day.harvest())
    make.done(day.hand_off("H1", "09:34", role="clinician"))
    make.done(day.hand_off("H2", "09:35"))
    make.done(day.process())

    assert codes(day.release()) == ["stop-open"]


def test_a_harvest_that_begins_after_the_finding_is_refused():
    day = begun_before_the_stop()

    begun = {"start_at": day.at("09:21"), "end_at": day.at("09:33")}
    assert codes(day.harvest(**begun)) == ["stop-open"]
