"""Owed visits: what nobody has booked, what was called off or missed, and its age."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from core import clock
from patients.services import departures
from procedures.visits import owed as selector
from scheduling.booking import book
from tests.clinics.conftest import browser
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.pages.test_episode_pages import words

pytestmark = pytest.mark.django_db

# Treated on 2026-09-15: week 6 is Oct 27, from Oct 20 to Nov 10; owed from Oct 13.
OWED = make.at("2026-10-13", "09:00")


@pytest.fixture
def day():
    return Day.ready().until("discharged")


def codes(day, at):
    found = selector.owed(day.place.clinic.pk, at, make.HOUSTON)
    return [(one.follow_up.code, one.why) for one in found if one.follow_up]


def read(day, at, role="coordinator", query=""):
    clock.set_to(at)
    answer = browser(day.place.person(role)).get(f"{reverse('staff:owed')}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def visit(day, now=OWED, start=None, contact="W6"):
    return make.book(
        day.place,
        day.episode,
        start or make.at("2026-10-27", "10:00"),
        visit_type="follow-up",
        contact=contact,
        now=now,
    )


OWED_ON = {
    "2026-09-22": [],
    "2026-09-23": ["D14"],
    "2026-10-02": ["D14"],
    "2026-10-03": [],
    "2026-10-12": [],
    "2026-10-13": ["W6"],
    "2026-11-10": ["W6"],
    "2026-11-11": [],
    "2026-11-24": ["M3"],
    "2027-02-15": ["M6"],
    "2027-08-04": ["M12"],
    "2027-10-15": ["M12"],
    "2027-10-16": [],
}


def test_a_follow_up_is_owed_from_its_time_to_book_to_the_end_of_its_window(day):
    found = {on: codes(day, make.at(on, "12:00")) for on in OWED_ON}

    assert {on: [code for code, _ in owed] for on, owed in found.items()} == OWED_ON


def test_it_is_owed_until_it_is_booked_and_again_when_that_is_called_off(day):
    booked = visit(day)
    assert codes(day, OWED) == []

    off = make.at("2026-10-26", "09:00")
    book.cancel(
        appointment_id=booked.pk,
        reason="patient",
        by=day.place.actor("coordinator"),
        now=off,
    )

    [one] = selector.owed(day.place.clinic.pk, off + timedelta(days=2), make.HOUSTON)
    assert (one.why, one.since) == ("cancelled", off)
    assert one.follow_up.code == "W6"


def test_a_missed_visit_is_owed_until_another_is_booked(day):
    booked = visit(day)
    missed = make.at("2026-10-27", "11:00")
    book.no_show(
        appointment_id=booked.pk, by=day.place.actor("coordinator"), now=missed
    )
    assert codes(day, missed) == [("W6", "missed")]

    visit(day, now=missed, start=make.at("2026-10-29", "10:00"))

    assert codes(day, missed) == []


def test_an_answered_follow_up_is_not_owed(day):
    make.done(
        make.act(
            day.place,
            day.episode,
            "respond",
            {"follow_up": "W6", "nrs": 3},
            role="nurse",
            now=make.at("2026-10-20", "10:00"),
        )
    )

    assert codes(day, make.at("2026-10-21", "10:00")) == []


def test_nothing_is_owed_by_who_died(day):
    departures.record(
        patient_id=day.episode.patient_id,
        clinic_id=day.place.clinic.pk,
        kind="deceased",
        source="their daughter",
        by=day.place.actor("nurse"),
        now=OWED,
    )

    assert selector.owed(day.place.clinic.pk, OWED, make.HOUSTON) == []


def test_a_consultation_called_off_and_not_booked_again_is_listed(day):
    who = make.patients.patient(day.place.clinic, given_name="Rosa")

    def consult(now, start):
        return book.book(
            clinic_id=day.place.clinic.pk,
            patient_id=who.pk,
            visit_type="consultation",
            start=start,
            by=day.place.actor("coordinator"),
            now=now,
        )

    first = consult(OWED, make.at("2026-10-20", "10:00"))
    book.cancel(
        appointment_id=first.pk,
        reason="patient",
        by=day.place.actor("coordinator"),
        now=OWED,
    )
    later = OWED + timedelta(days=3)
    found = selector.owed(day.place.clinic.pk, later, make.HOUSTON)
    assert [(one.patient.pk, one.why) for one in found if one.appointment] == [
        (who.pk, "cancelled")
    ]

    consult(later, make.at("2026-10-22", "10:00"))

    found = selector.owed(day.place.clinic.pk, later, make.HOUSTON)
    assert [one for one in found if one.appointment] == []


def test_the_page_tells_the_age_and_leads_to_the_right_search(day):
    page = read(day, OWED + timedelta(days=9))

    assert "Week 6 Oct 20, 2026 – Nov 10, 2026 Not booked yet 9 days" in words(page)
    assert "since Oct 13, 2026" in words(page)
    address = page.split('href="/staff/find/?')[1].split('"')[0].replace("&amp;", "&")
    asked = parse_qs(urlsplit(f"?{address}").query)
    assert asked["visit_type"] == ["follow-up"]
    assert asked["first"] == ["2026-10-22"]
    assert asked["last"] == ["2026-11-10"]
    assert asked["subject"] == [f"episode:{day.episode.pk}#W6"]
    assert asked["patient"] == [str(day.episode.patient_id)]


def test_the_list_can_be_narrowed(day):
    for query, listed in {
        "": True,
        "?why=not_booked": True,
        "?why=missed": False,
    }.items():
        assert ("Week 6" in words(read(day, OWED, query=query))) is listed


def test_it_is_one_press_away_on_every_page(day):
    page = read(day, OWED)

    assert f'href="{reverse("staff:owed")}"' in page
    assert (
        "Find a time" not in words(read(day, OWED, role="nurse")).split("Owed for")[1]
    )
