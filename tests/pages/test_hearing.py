"""Everybody who hears something on a date, and what is owed as calls."""

from datetime import date

import pytest
from django.urls import reverse

from core import clock
from notifications.services.check_in_calls import ask_for_calls
from notifications.services.sending import send_due
from patients.services import consents
from tests.clinics.conftest import browser
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make
from tests.factories.notifications import NOW, at
from tests.factories.procedure_day import Day

pytestmark = pytest.mark.django_db

EVE = date(2026, 9, 7)


@pytest.fixture
def booked():
    clock.set_to(NOW)
    return make.booked(given_name="Marisol", family_name="Quintanilla")


@pytest.fixture
def coordinator(booked):
    return browser(make_clinic.membership("coordinator", at=booked[0].clinic))


def shown(client, on, **asked):
    return client.get(reverse("staff:hearing_on", args=[on]), asked)


def lines(page, part):
    return [
        (day["on"].isoformat(), line["time"], line["who"])
        for day in page.context["days"]
        for line in day[part]
    ]


def test_a_day_lists_everybody_who_will_hear_something_by_the_clock(
    coordinator, booked
):
    other = make.patient(booked[0], given_name="Otto", time_zone="America/Denver")
    make.book(booked[0], other, start=make.VISIT + make.HOUR)

    page = shown(coordinator, EVE)

    assert [line[1] for line in lines(page, "heard")] == ["10:00 AM", "11:00 AM"]
    (_, theirs) = page.context["days"][0]["heard"]
    assert theirs["theirs"] == "10:00 AM Mountain Time"
    assert page.context["totals"] == "2 text messages"
    assert lines(shown(coordinator, date(2026, 9, 6)), "heard") == []


def test_a_week_shows_its_days_apart_and_the_last_day_is_in_it(coordinator, booked):
    page = shown(coordinator, date(2026, 9, 1), span="week")

    assert lines(page, "heard") == [
        ("2026-09-01", "10:00 AM", "Marisol Quintanilla"),
        ("2026-09-07", "10:00 AM", "Marisol Quintanilla"),
    ]
    assert page.context["next_address"].endswith("/2026-09-08/?span=week")


def test_what_was_sent_stands_at_the_instant_it_left(coordinator, booked):
    send_due(as_of=at("2026-09-01 10:25"))

    (line,) = shown(coordinator, NOW.date()).context["days"][0]["heard"]

    assert (line["time"], line["state"]) == ("10:25 AM", "Sent")


def test_who_is_not_told_is_listed_with_the_reason_and_not_counted(coordinator, booked):
    consents.withdraw(patient_id=booked[1].pk, channel="sms", by=booked[0].by, now=NOW)

    page = shown(coordinator, EVE)

    (line,) = page.context["days"][0]["missed"]
    assert line["why"] == "The patient has not agreed to this channel"
    # Not the text: the call in its place.
    assert page.context["totals"] == "1 call"


def test_calls_owed_stand_on_their_day_and_today_also_the_overdue(coordinator, booked):
    place, who, visit = booked
    consents.withdraw(patient_id=who.pk, channel="sms", by=place.by, now=NOW)
    make.move(place, visit, start=make.VISIT + make.HOUR, now=NOW)

    (call,) = shown(coordinator, NOW.date()).context["days"][0]["calls"]
    assert (call["time"], call["state"]) == ("11:00 AM", "To be made")
    assert call["why"] == "No text or e-mail may be sent"

    clock.set_to(at("2026-09-03 09:00"))
    (call,) = shown(coordinator, date(2026, 9, 3)).context["days"][0]["calls"]
    assert (call["time"], call["state"]) == ("Tue, Sep 1, 11:00 AM", "Overdue")
    assert lines(shown(coordinator, date(2026, 9, 4)), "calls") == []


def test_a_call_nobody_was_asked_for_yet_is_foreseen_on_its_day():
    treated = Day.ready().until("discharged")
    clinic = treated.episode.clinic
    client = browser(make_clinic.membership("coordinator", at=clinic))
    clock.set_to(at("2026-09-15 18:00"))

    page = shown(client, date(2026, 9, 18))
    (call,) = page.context["days"][0]["calls"]
    assert (call["time"], call["state"]) == ("10:00 AM", "Planned")
    assert call["why"] == "No text or e-mail may be sent"

    clock.set_to(at("2026-09-18 10:30"))
    ask_for_calls(clock.now())
    page = shown(client, date(2026, 9, 18))
    (call,) = page.context["days"][0]["calls"]
    assert call["state"] == "To be made"


def test_today_and_a_chosen_day_lead_to_that_day(coordinator, booked):
    today = coordinator.get(reverse("staff:hearing"))
    chosen = coordinator.get(reverse("staff:hearing"), {"on": "2026-09-07"})

    assert today["Location"].endswith("/2026-09-01/")
    assert chosen["Location"].endswith("/2026-09-07/")
    for nonsense in ("0000-00-00", "9999-99-99", "x"):
        answer = coordinator.get(reverse("staff:hearing"), {"on": nonsense})
        assert answer["Location"].endswith("/2026-09-01/")
