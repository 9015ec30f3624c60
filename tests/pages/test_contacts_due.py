"""The list of recovery contacts due today, and the other pages that name one."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from clinics.models import AccessLogEntry
from core import clock
from notifications.services.check_in_calls import ask_for_calls
from patients.services import consents
from procedures.follow_up import responses
from tests.clinics.conftest import browser
from tests.factories import procedures as make
from tests.factories.procedure_day import Day
from tests.pages.test_episode_pages import words

pytestmark = pytest.mark.django_db

DUE = make.at("2026-10-27", "11:00")
OVERDUE = make.at("2026-11-10", "11:00")


@pytest.fixture(autouse=True)
def _no_attempts_remembered():
    cache.clear()


@pytest.fixture
def day():
    """Treated on 2026-09-15; week 6 is due on Oct 27, its window closes Nov 10."""
    return Day.ready().until("discharged")


def read(day, role, at, name="staff:contacts_due", query="", **arguments):
    clock.set_to(at)
    address = reverse(name, kwargs=arguments)
    answer = browser(day.place.person(role)).get(f"{address}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_contact_is_listed_on_its_day_with_phone_and_where_to_answer(day):
    page = read(day, "nurse", DUE)

    patient = day.episode.patient
    assert f"{patient.full_name} Born" in words(page)
    assert "Week 6 due Oct 27, 2026 Due today; window closes Nov 10" in words(page)
    assert f"{reverse('staff:episode', args=[day.episode.pk])}respond/" in page
    assert "follow_up=W6" in page


def test_an_overdue_contact_says_by_how_much(day):
    page = words(read(day, "nurse", OVERDUE, query="?state=overdue"))

    assert "Overdue by 14 days; window closes Nov 10 (today)" in page
    assert "Nobody to ask here" in words(
        read(day, "nurse", OVERDUE, query="?state=due")
    )


def test_response_rates_count_what_was_due_before_today(day):
    rates = words(read(day, "nurse", DUE, query="?state=rates"))

    assert "Day 1 1 0 0 %" in rates
    assert "Day 14 1 0 0 %" in rates
    assert "Week 6" not in rates


def test_missed_contacts_have_a_list_of_their_own(day):
    missed = words(read(day, "nurse", DUE, query="?state=missed"))
    pressing = words(read(day, "nurse", DUE))

    assert "Day 1 due Sep 16, 2026 Missed; window closed Sep 17" in missed
    assert "Week 6" not in missed
    assert "Day 1" not in pressing


def test_who_may_not_be_written_to_is_to_be_telephoned(day):
    assert "No text or mail: telephone" in words(
        read(day, "nurse", DUE, query="?state=call")
    )

    consents.grant(
        patient_id=day.episode.patient_id,
        channel="sms",
        by=day.place.actor("coordinator"),
        now=DUE,
    )

    assert "Nobody to ask here" in words(read(day, "nurse", DUE, query="?state=call"))
    assert "Week 6" in words(read(day, "nurse", DUE))


def test_a_contact_with_a_visit_ahead_is_listed_and_not_telephoned(day):
    make.book(
        day.place,
        day.episode,
        make.at("2026-11-03", "10:00"),
        visit_type="follow-up",
        contact="W6",
    )

    listed = words(read(day, "nurse", DUE))
    called = words(read(day, "nurse", DUE, query="?state=call"))

    assert "Due today; window closes Nov 10; visit Nov 3" in listed
    assert "Week 6" not in called


def test_an_answered_contact_leaves_the_list(day):
    make.done(
        make.act(
            day.place,
            day.episode,
            "respond",
            {"follow_up": "W6", "nrs": 3, "language": "en"},
            role="nurse",
            now=DUE,
        )
    )

    assert "Nobody to ask here" in words(read(day, "nurse", OVERDUE))


def test_the_coordinator_sees_who_is_due_and_nothing_to_answer(day):
    page = read(day, "coordinator", DUE)

    assert "Week 6" in words(page)
    assert "Record the answers" not in page


def test_another_clinics_contacts_are_not_listed(day):
    other = make.site()
    clock.set_to(DUE)

    page = browser(other.person("nurse")).get(reverse("staff:contacts_due"))

    assert "Nobody to ask here" in page.content.decode()


@pytest.mark.parametrize("query", ["?state=nonsense", "?page=999", "?page=x"])
def test_a_wrong_address_shows_the_list(day, query):
    assert "Week 6" in words(read(day, "nurse", DUE, query=query))


def test_today_tells_the_nurse_how_many_are_due(day):
    assert "1 recovery contact is due or overdue" in words(
        read(day, "nurse", OVERDUE, "staff:today")
    )
    assert "recovery contact" not in words(
        read(day, "coordinator", OVERDUE, "staff:today")
    )


def test_the_patients_page_says_how_each_contact_stands(day):
    page = words(
        read(
            day,
            "nurse",
            OVERDUE,
            "staff:patient",
            patient_id=day.episode.patient_id,
        )
    )

    assert "Week 6 Oct 27, 2026 Overdue by 14 days" in page
    assert "Month 3 Dec 15, 2026 Planned; opens Dec 1" in page


def test_a_call_task_leads_to_the_form_for_its_answers(day):
    clock.set_to(DUE)
    ask_for_calls(DUE)

    page = read(day, "nurse", DUE, "staff:tasks")

    assert "a recovery contact is due" in page
    assert "Record the answers of Week 6" in page
    assert responses.questions(day.episode.follow_ups.get(code="W6"))


def test_the_list_is_noted_in_the_access_log(day):
    read(day, "nurse", DUE)

    noted = AccessLogEntry.objects.latest("pk")
    assert (noted.view, noted.count, noted.deliberate) == (
        "staff:contacts_due",
        1,
        False,
    )
