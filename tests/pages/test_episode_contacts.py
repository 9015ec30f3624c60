"""The follow-ups of an episode on its page and over REST."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core import clock
from scheduling.booking import book
from scheduling.models import Appointment
from tests.clinics.conftest import browser
from tests.factories import clinics
from tests.factories import procedures as make
from tests.factories.clinics import NOW
from tests.factories.procedure_day import Day
from tests.pages.test_episode_pages import page_of, words

pytestmark = pytest.mark.django_db

DAY = make.at("2026-09-15")
IN_WEEK_6 = make.at("2026-10-27", "10:00")


@pytest.fixture(autouse=True)
def _no_attempts_remembered():
    cache.clear()


@pytest.fixture
def place():
    clock.set_to(NOW)
    return make.open_site()


@pytest.fixture
def path(place):
    return make.approved(place)


@pytest.fixture
def procedure(place, path):
    return make.book(place, path, DAY)


@pytest.fixture
def api(place):
    key = clinics.api_key(place.person("coordinator"))
    return Client(headers={"Authorization": f"Bearer {key}"})


def move(place, appointment, start):
    appointment.refresh_from_db()
    return book.move(
        appointment_id=appointment.pk,
        start=start,
        version=appointment.version,
        by=place.actor("coordinator"),
        now=NOW,
    )


def find_address(page, name):
    found = re.search(rf'href="([^"]+)">find a time<span class="vh"> for {name}', page)
    return unescape(found[1]) if found else ""


def post(api, path, **more):
    body = {
        "patient": str(path.patient_id),
        "visit_type": "follow-up",
        "start": IN_WEEK_6.isoformat(),
        "episode": str(path.pk),
        "follow_up": "W6",
        **more,
    }
    return api.post("/api/v1/appointments/", body, content_type="application/json")


def contacts(api, path):
    found = api.get(f"/api/v1/episodes/{path.pk}/follow-ups/")
    assert found.status_code == 200
    return {row["code"]: row for row in found.json()["results"]}


def test_before_the_procedure_is_booked_the_page_has_no_follow_ups(place, path):
    assert 'id="follow-ups"' not in page_of(place, "coordinator", path)


def test_the_coordinator_sees_windows_and_where_to_find_a_time(place, path, procedure):
    page = page_of(place, "coordinator", path)

    assert "W6 Oct 27, 2026 Oct 20, 2026 – Nov 10, 2026 Visit" in words(page)
    assert "Counted from the day the procedure is booked for" in words(page)
    assert find_address(page, "Day 3") == ""


def test_the_address_leads_to_openings_inside_the_window(place, path, procedure):
    address = find_address(page_of(place, "coordinator", path), "Week 6")

    page = browser(place.person("coordinator")).get(address).content.decode()

    assert 'name="first" value="2026-10-20"' in page
    assert 'name="last" value="2026-11-10"' in page
    assert f'value="episode:{path.pk}#W6"' in page
    assert "openings" in words(page)


def test_who_may_not_book_sees_no_way_to_it(place, path, procedure):
    page = page_of(place, "technician", path)

    assert "Oct 20, 2026 – Nov 10, 2026" in words(page)
    assert "find a time" not in page


def test_an_opening_of_that_search_is_booked_for_the_contact(place, path, procedure):
    asked = {
        "patient": path.patient_id,
        "visit_type": "follow-up",
        "start": IN_WEEK_6.isoformat(),
        "subject": f"episode:{path.pk}#W6",
    }

    browser(place.person("coordinator")).post(reverse("staff:book"), asked)

    visit = Appointment.objects.get(visit_type__slug="follow-up")
    page = page_of(place, "coordinator", path)
    assert reverse("staff:appointment", args=[visit.pk]) in page
    assert "Visit: Tue, Oct 27, 10:00 AM" in words(page)
    assert find_address(page, "Week 6") == ""


def test_a_conflict_is_told_in_words(place, path, procedure, api):
    visit = post(api, path).json()["id"]
    move(place, procedure, DAY + timedelta(days=21))

    page = words(page_of(place, "coordinator", path))
    row = contacts(api, path)["W6"]

    said = "Week 6 is from 10 Nov to 1 Dec. This visit is on 27 Oct."
    assert f"{said} Does not fit" in page
    assert (row["appointment"], row["conflict"]) == (visit, said)


def test_a_cancelled_procedure_leaves_the_booked_visit_on_the_page(
    place, path, procedure, api
):
    post(api, path)
    book.cancel(appointment_id=procedure.pk, by=place.actor("coordinator"), now=NOW)

    page = words(page_of(place, "coordinator", path))

    assert "The procedure that Week 6 is counted from is not booked." in page
    assert contacts(api, path).keys() == {"W6"}
    assert contacts(api, path)["W6"]["window_from"] is None


def test_after_the_injection_answers_are_recorded_from_the_same_list():
    clock.set_to(NOW)
    day = Day.ready().until("discharged")

    clinician = page_of(day.place, "clinician", day.episode)
    coordinator = page_of(day.place, "coordinator", day.episode)

    assert "follow_up=D1" in clinician
    assert "record the answers" not in coordinator
    assert "Oct 27, 2026" in words(coordinator)


def test_an_unanswered_contact_reads_as_overdue_on_the_page_and_over_rest(place):
    day = Day.ready().until("discharged")
    clock.set_to(make.at("2026-11-10", "09:00"))
    key = clinics.api_key(day.place.person("coordinator"))
    api = Client(headers={"Authorization": f"Bearer {key}"})

    page = words(page_of(day.place, "nurse", day.episode))
    row = contacts(api, day.episode)["W6"]

    assert "Overdue by 14 days; window closes Nov 10 (today)" in page
    assert "Missed; window closed Sep 20" not in page
    assert "Missed; window closed Sep 19" in page
    assert (row["state"], row["timing"], row["overdue_days"]) == (
        "planned",
        "overdue",
        14,
    )
    assert row["timing_text"] == "Overdue by 14 days; window closes Nov 10 (today)"


def test_the_list_of_contacts_to_answer_says_how_each_stands(place):
    day = Day.ready().until("discharged")
    clock.set_to(make.at("2026-11-10", "09:00"))

    nurse = browser(day.place.person("nurse"))
    page = nurse.get(f"/staff/episodes/{day.episode.pk}/respond/?follow_up=W6")

    assert "W6, due Oct 27, 2026: overdue by 14 days" in page.content.decode()


def test_rest_lists_the_contacts_of_a_booked_procedure(path, procedure, api):
    rows = contacts(api, path)

    assert list(rows) == ["D1", "D3", "D7", "D14", "W6", "M3", "M6", "M12"]
    assert rows["W6"] == {
        "code": "W6",
        "mode": "visit",
        "target_on": "2026-10-27",
        "window_from": "2026-10-20",
        "window_to": "2026-11-10",
        "state": "provisional",
        "timing": "provisional",
        "timing_text": "Provisional",
        "overdue_days": 0,
        "appointment": None,
        "starts_at": None,
        "conflict": None,
    }
    assert rows["D3"]["mode"] == "remote"


def test_rest_books_a_contact(path, procedure, api):
    made = post(api, path)

    assert made.status_code == 201, made.json()
    assert made.json()["subject"] == f"episode:{path.pk}#W6"
    assert contacts(api, path)["W6"]["appointment"] == made.json()["id"]


def test_rest_refuses_a_start_outside_the_window_in_words(path, procedure, api):
    answer = post(api, path, start=make.at("2026-12-24", "10:00").isoformat())

    assert answer.status_code == 409
    [reason] = answer.json()["reasons"]
    assert reason["code"] == "contact-window"
    assert reason["text"] == "Week 6 is from 20 Oct to 10 Nov."


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"episode": None}, "/episode"), ({"follow_up": "week six"}, "/follow_up")],
)
def test_rest_points_at_a_contact_that_cannot_be_meant(
    path, procedure, api, changes, pointer
):
    answer = post(api, path, **changes)

    assert answer.status_code == 400
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


def test_rest_keeps_a_hold_for_a_contact(path, procedure, api):
    body = {
        "patient": str(path.patient_id),
        "visit_type": "follow-up",
        "start": IN_WEEK_6.isoformat(),
        "episode": str(path.pk),
        "follow_up": "W6",
    }

    held = api.post("/api/v1/holds/", body, content_type="application/json")

    assert held.status_code == 201, held.json()
    assert held.json()["subject"] == f"episode:{path.pk}#W6"
