"""The page that moves a demo's clock; elsewhere there is none."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from core import clock
from core.models import JournalEntry
from pages.staff.urls import of_demo
from tests.clinics.conftest import browser
from tests.factories import clinics as make
from tests.pages.conftest import NOW

pytestmark = pytest.mark.django_db

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def address(practice):
    return reverse("staff:clock")


def set_clock(client, address, **fields):
    return client.post(address, fields)


def is_about(instant):
    return abs(clock.now() - instant) < A_MINUTE


@pytest.mark.parametrize(
    ("step", "distance"), [("hour", timedelta(hours=1)), ("day", timedelta(days=1))]
)
def test_the_clock_goes_on_by_a_step(coordinator, address, step, distance):
    response = set_clock(coordinator, address, step=step)

    assert response["Location"] == address
    assert is_about(NOW + distance)


def test_the_clock_is_set_to_a_time_of_the_clinic(coordinator, address):
    response = set_clock(coordinator, address, step="set", at="2026-12-01T09:00")

    page = coordinator.get(response["Location"]).content.decode()
    assert is_about(datetime(2026, 12, 1, 15, 0, tzinfo=UTC))
    assert "The clock shows Tue, Dec 1, 2026, 9:00 AM Central Time." in page
    assert JournalEntry.objects.filter(name="clock.set").count() == 1


def test_the_clock_goes_back_to_real_time(coordinator, address):
    set_clock(coordinator, address, step="real")

    assert is_about(clock.real_now())


@pytest.mark.parametrize("fields", [{"step": "set", "at": "soon"}, {"step": "set"}])
def test_what_is_no_time_is_said_and_changes_nothing(coordinator, address, fields):
    response = set_clock(coordinator, address, **fields)

    assert response.status_code == 422
    assert 'id="id_at_error"' in response.content.decode()
    assert is_about(NOW)


def test_opening_the_page_or_an_unknown_step_changes_nothing(coordinator, address):
    coordinator.get(f"{address}?step=day")
    set_clock(coordinator, address, step="year")

    assert is_about(NOW)


def test_every_page_of_the_staff_leads_to_it(coordinator, address):
    assert (
        f'href="{address}"' in coordinator.get(reverse("staff:today")).content.decode()
    )


@pytest.mark.parametrize("role", ["nurse", "auditor", "admin"])
def test_anybody_of_the_staff_may_set_it(practice, address, role):
    member = browser(make.membership(role, at=practice.clinic))

    assert set_clock(member, address, step="hour").status_code == 302


def test_a_stranger_may_not(client, address):
    assert "login" in set_clock(client, address, step="hour")["Location"]
    assert is_about(NOW)


def test_without_a_demo_there_is_no_such_page(coordinator, address, settings):
    settings.DEMO = False

    assert of_demo(demo=False) == []
    assert coordinator.get(address).status_code == 404
    assert set_clock(coordinator, address, step="day").status_code == 404
    assert (
        "Set the clock" not in coordinator.get(reverse("staff:today")).content.decode()
    )
