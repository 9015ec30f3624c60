"""Running late on the pages: the board, the visit's phases, planned and actual."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from scheduling.absences import services as absences
from scheduling.booking import book, rules
from scheduling.day import phase_records
from scheduling.models import PhaseRecord
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.factories.scheduling import BY, NINE, minutes

pytestmark = pytest.mark.django_db

BOARD = "/staff/board/2026-09-02/"


@pytest.fixture(autouse=True)
def allowed(monkeypatch):
    monkeypatch.setattr(rules, "_rules", [rules.Rule(lambda ask: [], decides=True)])


@pytest.fixture
def talk(practice):
    """A consultation at nine that began at once and goes on."""
    who = practice.patient(given_name="Ana", family_name="Torres")
    return check_in(practice.book(who), 0)


@pytest.fixture
def following(practice):
    who = practice.patient(given_name="Ben", family_name="Carter")
    return practice.book(who, start=NINE + minutes(45))


def check_in(visit, after):
    return book.check_in(appointment_id=visit.pk, by=BY, now=NINE + minutes(after))


def show(client, path, after):
    clock.set_to(NINE + minutes(after))
    return client.get(path).content.decode()


def words(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def post(client, name, visit, position=0, **fields):
    return client.post(reverse(f"staff:{name}", args=[visit.pk, position]), fields)


def test_the_board_says_who_runs_late_from_when_and_why(coordinator, talk, following):
    page = show(coordinator, BOARD, after=58)

    assert "Running late" in page
    text = words(page)
    assert "Ana Torres Visit, planned 9:00 AM: +13 min, until 9:58 AM" in text
    assert "Ben Carter Visit, planned 9:45 AM: +13 min, expected 9:58 AM" in text
    assert re.search(r"Visit waits for (clinician|consult_room) 1 until 9:58 AM", text)


def test_the_board_says_what_a_late_visit_runs_into(
    coordinator, practice, talk, following
):
    absences.open_absence(
        clinic_id=practice.clinic.pk,
        resource_id=practice.one("clinician").pk,
        start=NINE + minutes(90),
        end=NINE + minutes(120),
        by=BY,
        now=NINE,
    )

    text = words(show(coordinator, BOARD, after=58))

    assert "Visit runs into the absence of clinician 1 at 10:30 AM." in text
    assert text.count("runs into") == 1


def test_a_late_block_keeps_its_place_and_shows_the_expected_one(
    coordinator, talk, following
):
    page = show(coordinator, BOARD, after=58)

    labels = re.findall(r'aria-label="(clinician 1, [^"]*)"', page)
    assert labels[1] == (
        "clinician 1, 9:45–10:30 AM, Consultation, Ben C., Visit, "
        "+13 min, expected 9:58 AM, Booked"
    )
    ghosts = re.findall(r'<div class="board__expected (c\d+ r\d+ s\d+)', page)
    assert len(ghosts) == 4  # a room and a clinician, twice
    assert "style=" not in page


def test_on_time_nothing_is_marked(coordinator, talk, following):
    page = show(coordinator, BOARD, after=30)

    assert "Running late" not in page
    assert "board__expected" not in page


def test_other_days_are_as_planned(coordinator, following):
    page = show(coordinator, BOARD, after=24 * 60 + 60)

    assert "Running late" not in page


def test_the_board_with_everything_late_takes_few_statements(
    coordinator, talk, following
):
    clock.set_to(NINE + minutes(58))
    coordinator.get(BOARD)

    with CaptureQueriesContext(connection) as statements:
        coordinator.get(BOARD)

    counted = [q["sql"] for q in statements if q["sql"].startswith(("SELECT", "INS"))]
    assert len(counted) <= 12, counted


def test_a_phase_begins_and_ends_at_one_press(coordinator, practice):
    visit = check_in(practice.book(visit_type="follow-up"), 0)
    clock.set_to(NINE + minutes(20))

    page = show(coordinator, reverse("staff:appointment", args=[visit.pk]), 20)
    response = post(coordinator, "visit_phase", visit, what="end", at="09:17")

    assert "Since 9:00 AM" in page
    assert response.status_code == 302
    record = PhaseRecord.objects.get()
    assert record.ended_at == NINE + minutes(17)


def test_what_the_run_sheet_records_is_only_shown(coordinator, practice):
    visit = check_in(practice.book(visit_type="bmc-ultrasound"), 0)

    page = show(coordinator, reverse("staff:appointment", args=[visit.pk]), 55)

    text = words(page)
    assert "Recorded by the run sheet" in text
    assert "Preparation 9:00–9:40 AM Since 9:00 AM +15 min, until 9:55 AM" in text
    assert "Harvest 9:40–10:05 AM Not begun +15 min, expected 9:55 AM" in text
    assert reverse("staff:visit_phase", args=[visit.pk, 0]) not in page


def test_a_time_that_cannot_be_is_said_in_words(coordinator, talk):
    clock.set_to(NINE + minutes(20))

    response = post(coordinator, "visit_phase", talk, what="end", at="11:00")

    assert response.status_code == 422
    assert "This time lies in the future." in response.content.decode()
    assert PhaseRecord.objects.get().ended_at is None


def test_a_time_is_put_right_with_a_reason(coordinator, talk):
    clock.set_to(NINE + minutes(50))
    post(coordinator, "visit_phase", talk, what="end", at="09:45")
    times = {"started": "09:03", "ended": "09:45"}

    without = post(coordinator, "visit_phase_correct", talk, **times, reason="")
    put_right = post(
        coordinator, "visit_phase_correct", talk, **times, reason="Looked it up."
    )

    assert (without.status_code, put_right.status_code) == (422, 302)
    assert PhaseRecord.objects.get().started_at == NINE + minutes(3)


def test_a_visit_that_has_not_begun_has_nothing_to_record(coordinator, following):
    page = show(coordinator, reverse("staff:appointment", args=[following.pk]), 0)

    assert "As it goes" not in page
    response = post(coordinator, "visit_phase", following, what="begin")
    assert response.status_code == 409


def test_whoever_may_not_record_is_told_so(practice, talk):
    admin = browser(make.membership("admin", at=practice.clinic))

    assert post(admin, "visit_phase", talk, what="end").status_code == 403


def test_an_unknown_phase_is_not_there(coordinator, talk):
    response = post(coordinator, "visit_phase", talk, position=7, what="end")

    assert response.status_code == 404


def test_planned_and_actual_side_by_side(coordinator, talk):
    phase_records.end_phase(
        appointment_id=talk.pk, phase=0, by=BY, now=NINE + minutes(63)
    )

    page = show(coordinator, reverse("staff:durations"), after=70)

    assert "Consultation" in page
    assert "Visit 1 45 min 63 min 63 min on time" in words(page)


def test_nothing_recorded_says_how_it_would_be(coordinator):
    page = show(coordinator, reverse("staff:durations"), after=0)

    assert "Nothing recorded in these days" in page


def test_days_the_wrong_way_round_are_told(coordinator):
    path = reverse("staff:durations") + "?first=2026-09-02&last=2026-09-01"

    response = coordinator.get(path)

    assert response.status_code == 422
    assert "not before the first" in response.content.decode()


def test_an_outdated_page_records_no_phase(coordinator, talk):
    page = show(coordinator, f"/staff/appointments/{talk.pk}/", after=30)

    answer = post(
        coordinator, "visit_phase", talk, what="end", version=talk.version - 1
    )

    assert (
        f'name="version" value="{talk.version}"'
        in page.partition('id="going"')[2].partition("</section>")[0]
    )
    assert answer.status_code == 409
    assert PhaseRecord.objects.get(appointment=talk).ended_at is None
