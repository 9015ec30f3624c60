"""Today and the day board."""

import gzip
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from scheduling.booking import book
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories.scheduling import BY, NINE, minutes
from tests.pages.conftest import NOW

pytestmark = pytest.mark.django_db

BOARD = "/staff/board/2026-09-02/"


def blocks(page):
    return re.findall(r'<a class="block ([^"]*)"[^>]*aria-label="([^"]*)"', page)


def test_today_tells_each_visit_and_who_is_late(coordinator, practice):
    practice.book(practice.patient(given_name="Ana", family_name="Torres"))
    clock.set_to(NINE + minutes(12))

    page = coordinator.get(reverse("staff:today")).content.decode()

    assert "Ana Torres" in page
    assert "9:00–9:45 AM" in page
    assert "Late 12 min" in page


def test_an_arrival_is_noted_at_one_press_from_today(coordinator, practice):
    visit = practice.book()
    arrive = reverse("staff:appointment_arrive", args=[visit.pk])

    response = coordinator.post(arrive, {"version": visit.version, "back": "today"})

    visit.refresh_from_db()
    assert visit.status == "arrived"
    assert response["Location"] == reverse("staff:today")


def test_nobody_arrives_before_the_day(coordinator, practice):
    visit = practice.book(start=NINE + timedelta(days=1))
    arrive = reverse("staff:appointment_arrive", args=[visit.pk])
    on = reverse("staff:today_on", args=[visit.local_on])
    before = coordinator.get(on).content.decode()
    clock.set_to(NINE + timedelta(days=1))

    assert visit.patient.full_name in before
    assert arrive not in before
    assert arrive in coordinator.get(reverse("staff:today")).content.decode()


def test_an_empty_day_says_what_to_do_next(coordinator, practice):
    page = coordinator.get(reverse("staff:today")).content.decode()

    assert "No visits today" in page
    assert reverse("staff:find") in page


def test_a_visit_is_a_block_in_the_column_of_each_of_its_resources(
    coordinator, practice
):
    practice.book(practice.patient(given_name="Ana", family_name="Torres"))

    labels = [label for _, label in blocks(coordinator.get(BOARD).content.decode())]

    assert labels == [
        "consult_room 1, 9:00–9:45 AM, Consultation, Ana T., Visit, Booked",
        "clinician 1, 9:00–9:45 AM, Consultation, Ana T., Visit, Booked",
    ]


def test_neighbours_of_five_minutes_share_the_column_without_a_conflict(
    coordinator, practice
):
    for start in (NINE, NINE + minutes(5)):
        practice.book(visit_type="remote-check", start=start)

    found = blocks(coordinator.get(BOARD).content.decode())

    assert [css for css, _ in found] == ["c5 r13 s3 l0-2", "c5 r14 s3 l1-2"]
    assert not any("conflict" in label for _, label in found)


def test_the_board_needs_no_inline_style(coordinator, practice):
    practice.book()

    assert "style=" not in coordinator.get(BOARD).content.decode()


def test_a_poll_that_has_seen_everything_is_told_nothing(coordinator, practice):
    visit = practice.book()
    page = coordinator.get(BOARD).content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    htmx = {"HX-Request": "true"}

    unchanged = coordinator.get(BOARD, {"seen": seen}, headers=htmx)
    book.arrive(appointment_id=visit.pk, by=BY, now=NOW)
    changed = coordinator.get(BOARD, {"seen": seen}, headers=htmx)

    assert unchanged.status_code == 204
    assert changed.status_code == 200
    assert "<html" not in changed.content.decode()
    assert "Arrived" in changed.content.decode()


def test_the_date_picker_leads_to_that_days_board(coordinator, practice):
    response = coordinator.get(
        reverse("staff:board"), {"on": "2026-12-03", "view": "list"}
    )

    assert response["Location"] == "/staff/board/2026-12-03/?view=list"


def test_a_day_that_does_not_exist_has_no_board(coordinator, practice):
    assert coordinator.get("/staff/board/2026-02-31/").status_code == 404


@pytest.mark.parametrize("role", ["admin", "auditor"])
def test_roles_without_visits_begin_elsewhere(practice, role):
    client = browser(make.membership(role, at=practice.clinic))

    response = client.get("/staff/")

    assert response["Location"] != reverse("staff:today")
    assert client.get(response["Location"]).status_code == 200


def test_pages_stay_within_their_budgets(coordinator, practice):
    for hour in range(8, 16):
        practice.book(start=NINE.replace(hour=hour))

    def packed(path):
        return len(gzip.compress(coordinator.get(path).content))

    assert packed(BOARD) <= 60_000
    for name in ("today", "patients", "tasks", "messages"):
        assert packed(reverse(f"staff:{name}")) <= 40_000
