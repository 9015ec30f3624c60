"""Stops, allergies, conditions and targets where everybody has them in sight."""

from datetime import UTC

import pytest
from django.urls import reverse

from core import clock
from procedures.models import NotDone, Stop, StopLift
from tests.clinics.conftest import browser
from tests.factories import procedures as make
from tests.factories.procedure_day import CALM, Day
from tests.pages.episode_forms import address, send
from tests.procedures.test_day_rules import allergic, conditional
from tests.procedures.two_knees import TwoKnees

pytestmark = pytest.mark.django_db
WHY = "The first answer was ticked on the wrong line."


def shown(day, act="", role="nurse"):
    path = day.episode
    where = address(path, act) if act else reverse("staff:episode", args=[path.pk])
    return browser(day.place.person(role)).get(where).content.decode()


@pytest.mark.parametrize("act", ["", "check_in", "evaluate", "withdraw"])
def test_allergies_and_targets_stand_on_every_page(act):
    day = allergic("latex", "heparin")
    clock.set_to(day.at("08:34"))

    page = shown(day, act, "clinician")

    assert "Heparin (or HIT), Latex" in page
    assert "Right knee" in page


def test_the_conditions_of_an_approval_stand_on_the_page():
    day = conditional()
    clock.set_to(day.at("08:34"))

    assert "Weight below 110 kg on the day." in shown(day, "check_in")


def test_those_who_see_no_findings_see_no_allergies():
    day = allergic("latex")
    clock.set_to(day.at("08:34"))

    assert "Latex" not in shown(day, role="coordinator")


def test_a_stop_is_shown_with_what_was_said_against_it_and_lifted_by_its_form():
    day = Day.ready().until("checked_in")
    day.time_out(infection_absent=False)
    day.time_out("09:13")
    clock.set_to(day.at("09:15"))

    page = shown(day)
    assert "A stop stands" in page
    assert "Answered differently since: No sign of infection: yes" in page

    stop = Stop.objects.get()
    answers = {"stop": str(stop.pk), "mistaken": True, "reason": WHY}
    asked = send(day.place, day.episode, "lift_stop", answers, second="nurse")
    assert asked.status_code == 409
    answers |= {"contradiction": WHY}
    done = send(day.place, day.episode, "lift_stop", answers, second="nurse")

    assert done.status_code == 303
    assert StopLift.objects.get().stop == stop
    assert "A stop stands" not in shown(day)


def test_a_target_is_left_out_by_its_form():
    day = TwoKnees.ready()
    make.done(day.check_in())
    clock.set_to(day.at("08:50"))

    answers = {"target": day.other, "reason": "patient_refused"}
    done = send(day.place, day.episode, "not_done", answers)

    assert done.status_code == 303
    assert NotDone.objects.get().target.laterality == "left"
    assert "not treated" in shown(day)


def test_a_late_entry_asks_why_on_its_form_and_its_card_says_so():
    day = Day.ready()
    clock.set_to(day.at("12:00"))
    when = {"occurred_at": f"{day.on}T08:40"}
    answers = {"item": "labs", "state": "open"}

    asked = send(day.place, day.episode, "prepare", answers, role="nurse", **when)

    assert asked.status_code == 422
    assert "late_reason" in asked.content.decode()


def test_a_fever_is_on_record_at_once_and_not_asked_for_again():
    day = Day.ready()
    clock.set_to(day.at("08:34").astimezone(UTC))
    answers = CALM | {
        "identifiers": ["name", "birth_date"],
        "infection_signs": False,
        "pregnancy_test": "negative",
        "pregnancy_test_at": day.at("08:20"),
        "temperature_c": "38,4",
    }

    answer = send(day.place, day.episode, "check_in", answers, role="nurse")

    assert answer.status_code == 409
    assert Stop.objects.get().rule == "INF-01"


@pytest.mark.parametrize(
    "fault",
    [{"signature_password": ""}, {"heart_rate_per_min": ""}, {"spo2_pct": "good"}],
    ids=lambda fault: next(iter(fault)),
)
def test_a_fever_in_a_form_with_a_fault_is_refused_and_kept(fault):
    day = Day.ready()
    clock.set_to(day.at("08:34").astimezone(UTC))
    answers = {
        "identifiers": ["name", "birth_date"],
        "infection_signs": False,
        "pregnancy_test": "negative",
        "pregnancy_test_at": day.at("08:20"),
        **CALM,
        "temperature_c": "38.4",
    }

    response = send(day.place, day.episode, "check_in", answers, role="nurse", **fault)

    page = response.content.decode()
    assert response.status_code == 409
    assert "temperature 38.4" in page
    assert "error-summary" in page
    assert Stop.objects.get().rule == "INF-01"
