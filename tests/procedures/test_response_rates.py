"""Response rates: due, answered, by whom, and late, per follow-up of a clinic."""

from datetime import date

import pytest

from core.actor import Actor, job
from procedures.follow_up import responses
from procedures.follow_up import services as follow_ups
from procedures.follow_up.response_rates import response_rates
from procedures.models import FollowUp
from tests.factories import procedures as make
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

SINCE, UNTIL = date(2026, 9, 16), date(2026, 9, 29)
ANSWERS = {"nrs": 4, "swelling": "mild", "bears_weight": "yes", "warning_signs": []}


@pytest.fixture
def day():
    return Day.ready().until("discharged")


def rates(day, since=SINCE, until=UNTIL):
    found = response_rates(clinic_id=day.place.clinic.pk, since=since, until=until)
    return {
        one.code: (one.due, one.answered, one.by_channel, one.late) for one in found
    }


def by_nurse(day, code, now):
    make.done(
        make.act(
            day.place,
            day.episode,
            "respond",
            {"follow_up": code, "nrs": 3},
            role="nurse",
            now=now,
        )
    )


def test_what_is_due_in_the_time_asked_for_is_counted(day):
    assert list(rates(day)) == ["D1", "D3", "D7", "D14"]
    assert rates(day)["D1"] == (1, 0, {"link": 0, "staff": 0}, 0)
    assert list(rates(day, until=date(2026, 9, 28))) == ["D1", "D3", "D7"]
    assert (
        response_rates(clinic_id=day.place.clinic.pk + 1, since=SINCE, until=UNTIL)
        == []
    )


def test_answers_count_by_who_gave_them(day):
    patient = day.episode.patient
    responses.submit(
        follow_up_id=FollowUp.objects.get(episode=day.episode, code="D3").pk,
        answers=ANSWERS,
        by=Actor("patient", str(patient.pk), role="patient"),
        now=make.at("2026-09-18", "11:00"),
    )
    by_nurse(day, "D7", make.at("2026-09-22", "11:00"))

    found = rates(day)
    assert found["D3"] == (1, 1, {"link": 1, "staff": 0}, 0)
    assert found["D7"] == (1, 1, {"link": 0, "staff": 1}, 0)
    assert (
        response_rates(clinic_id=day.place.clinic.pk, since=SINCE, until=UNTIL)[1].rate
        == 1.0
    )


def test_a_late_answer_is_one_and_says_so(day):
    contact = FollowUp.objects.get(episode=day.episode, code="D7")
    later = make.at("2026-09-26", "09:00")
    follow_ups.mark_missed(follow_up_id=contact.pk, by=job("tests"), now=later)

    by_nurse(day, "D7", later)

    assert rates(day)["D7"] == (1, 1, {"link": 0, "staff": 1}, 1)


def test_what_was_cancelled_was_not_due(day):
    FollowUp.objects.filter(episode=day.episode, code="D1").update(state="cancelled")

    assert "D1" not in rates(day)
