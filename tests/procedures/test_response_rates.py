"""Share of recovery contacts answered, by contact and days."""

from datetime import date

import pytest

from patients.selectors import actor_for as patient_actor
from procedures.models import FollowUp
from procedures.selectors.response_rates import ResponseRate, response_rates
from procedures.services import responses
from tests.factories import clinics
from tests.factories.procedure_day import Day
from tests.factories.procedures import at

pytestmark = pytest.mark.django_db

SINCE, UNTIL = date(2026, 9, 16), date(2026, 9, 29)


@pytest.fixture
def treated():
    """An injection on September 15: D1 … D14 lie in these days."""
    return Day.ready().until("discharged").episode


def rates(episode, since=SINCE, until=UNTIL):
    return response_rates(clinic_id=episode.clinic_id, since=since, until=until)


def test_what_was_due_and_answered_is_counted_by_contact_in_order(treated):
    contact = FollowUp.objects.get(code="D3")
    answers = {
        "nrs": 4,
        "temperature_c": "36.8",
        "swelling": "mild",
        "bears_weight": "yes",
        "warning_signs": [],
    }
    by = patient_actor(treated.patient)
    now = at("2026-09-18", "11:00")
    responses.submit(follow_up_id=contact.pk, answers=answers, by=by, now=now)

    assert rates(treated) == [
        ResponseRate("D1", 1, 0),
        ResponseRate("D3", 1, 1),
        ResponseRate("D7", 1, 0),
        ResponseRate("D14", 1, 0),
    ]
    assert [one.rate for one in rates(treated)] == [0.0, 1.0, 0.0, 0.0]


def test_the_days_are_inclusive_and_another_clinics_are_not_counted(treated):
    on = date(2026, 9, 18)

    assert [one.code for one in rates(treated, on, on)] == ["D3"]
    elsewhere = clinics.clinic()
    assert response_rates(clinic_id=elsewhere.pk, since=on, until=on) == []


def test_what_was_cancelled_or_ended_was_asked_of_nobody(treated):
    FollowUp.objects.filter(code="D1").update(state="cancelled")

    assert "D1" not in {one.code for one in rates(treated)}


def test_nothing_due_has_no_rate():
    assert ResponseRate("D1", 0, 0).rate is None
