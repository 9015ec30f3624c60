"""Dates that nobody can mean, on staff pages: no such page, or a form that says so."""

import pytest
from django.urls import reverse

from core import clock
from scheduling.models import Absence, Appointment, ScheduleException, WaitlistEntry
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories import procedures
from tests.factories.clinics import NOW
from tests.pages.episode_forms import send
from tests.pages.test_find import search, skipped, ways

pytestmark = pytest.mark.django_db

DAYS = ("0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31")
STARTS = (
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:55:00",
    "9999-12-31T23:59:59-14:00",
)
TEXT = "Choose a date between 1900 and 2200."


@pytest.fixture
def admin(practice):
    return browser(make.membership("admin", at=practice.clinic))


def says_so(answer, status=422):
    assert answer.status_code == status
    assert TEXT in answer.content.decode()


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("part", ["board", "today"])
def test_there_is_no_page_of_such_a_day(coordinator, part, day):
    assert coordinator.get(f"/staff/{part}/{day}/").status_code == 404


@pytest.mark.parametrize("day", ["1900-01-01", "2200-12-31"])
@pytest.mark.parametrize("part", ["board", "today"])
def test_there_is_one_of_the_first_and_the_last_day(coordinator, part, day):
    assert coordinator.get(f"/staff/{part}/{day}/").status_code == 200


def test_the_changes_of_such_a_day_are_no_page_either(coordinator):
    assert coordinator.get("/staff/board/9999-12-31/changes/").status_code == 404


@pytest.mark.parametrize("day", DAYS)
def test_the_date_picker_of_the_board_falls_back_to_today(coordinator, day):
    answer = coordinator.get(reverse("staff:board"), {"on": day})

    assert answer["Location"] == "/staff/board/2026-09-02/"


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("field", ["first", "last"])
def test_no_opening_is_searched_then(coordinator, field, day):
    query = {
        "visit_type": "consultation",
        "first": "2026-09-02",
        "last": "2026-09-09",
        "search": "1",
        field: day,
    }

    says_so(coordinator.get(reverse("staff:find"), query))


def test_openings_years_ahead_are_not_searched(coordinator):
    page = search(coordinator, first="2040-01-01", last="2040-01-08")

    assert "Visits are booked at most 5 years ahead" in page


def test_a_search_of_days_that_are_over_says_so_and_leads_on(coordinator):
    page = search(coordinator, first="2026-08-03", last="2026-08-07")

    assert skipped(page) == {
        "Fri, Aug 7": "The days asked for are over; choose a later last day."
    }
    assert any(text.startswith("Until ") for text in ways(page))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", ["book", "hold_new"])
def test_no_visit_is_booked_or_held_then(coordinator, practice, name, start):
    asked = {
        "patient": practice.patient().pk,
        "visit_type": "consultation",
        "start": start,
    }

    says_so(coordinator.post(reverse(f"staff:{name}"), asked))
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("start", STARTS)
def test_no_visit_is_moved_then(coordinator, practice, start):
    visit = practice.book()
    move = reverse("staff:appointment_move", args=[visit.pk])
    preview = reverse("staff:appointment_move_preview", args=[visit.pk])
    typed = {"on": start[:10], "at": "09:00"}

    says_so(coordinator.get(preview, {"start": start}))
    says_so(coordinator.post(move, {"start": start, "version": 1}))
    says_so(coordinator.get(preview, typed))


@pytest.mark.parametrize("day", DAYS)
def test_nobody_is_away_then(coordinator, practice, day):
    sent = {
        "resource": practice.one("clinician").pk,
        "kind": "ill",
        "start": "2026-09-03T08:00",
        "end": f"{day}T23:59",
    }

    says_so(coordinator.post(reverse("staff:absence_new"), sent))
    assert not Absence.objects.exists()


@pytest.mark.parametrize("day", DAYS)
def test_nobody_waits_until_then(coordinator, practice, day):
    sent = {
        "patient": practice.patient().pk,
        "waits_for": "type:consultation",
        "notice_hours": "24",
        "valid_from": day,
        "valid_to": day,
    }

    says_so(coordinator.post(reverse("staff:waitlist_new"), sent))
    assert not WaitlistEntry.objects.exists()


@pytest.mark.parametrize("day", DAYS)
def test_no_such_day_is_closed(admin, day):
    sent = {"kind": "closed", "resource": "", "applies_on": day}

    says_so(admin.post(reverse("staff:day_new"), sent))
    assert not ScheduleException.objects.exists()


@pytest.mark.parametrize("day", DAYS)
def test_nothing_lasted_then(coordinator, day):
    says_so(coordinator.get(reverse("staff:durations"), {"first": day, "last": day}))


@pytest.mark.parametrize("day", DAYS)
def test_no_act_was_done_then(day):
    clock.set_to(NOW)
    place = procedures.site()
    episode = procedures.episode(place)
    moment = {"occurred_at": f"{day}T23:59"}

    says_so(send(place, episode, "evaluate", procedures.evaluation(), **moment))
