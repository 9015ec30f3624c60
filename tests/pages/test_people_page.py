"""The administrator's page of people: end, let in again, unlock."""

import pytest
from django.test import Client

from core.models import JournalEntry
from tests.clinics.conftest import browser
from tests.factories import clinics as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return make.membership("admin")


def page(admin):
    return browser(admin).get("/staff/users/").content.decode()


def press(admin, member, act):
    return browser(admin).post(f"/staff/users/{member.user_id}/{act}/", follow=True)


def wrong(email):
    for _ in range(5):
        Client().post("/account/login/", {"login": email, "password": "wrong"})


def right(email):
    return Client().post("/account/login/", {"login": email, "password": make.PASSWORD})


def test_a_membership_ends_and_is_taken_up_again(admin):
    nurse = make.membership("nurse", admin.clinic)

    ended = press(admin, nurse, "end").content.decode()
    assert "no longer works here" in ended
    assert "Worked here before" in ended
    assert right(nurse.user.email).status_code == 200

    assert "works here again: Nurse" in (
        press(admin, nurse, "reactivate").content.decode()
    )
    assert right(nurse.user.email).status_code == 302
    assert "Worked here before" not in page(admin)


def test_a_locked_account_is_shown_and_unlocked(admin):
    nurse = make.membership("nurse", admin.clinic)
    wrong(nurse.user.email)
    assert right(nurse.user.email).status_code == 403
    assert "Unlock" in page(admin)

    press(admin, nurse, "unlock")

    assert "Unlock" not in page(admin)
    assert right(nurse.user.email).status_code == 302
    assert JournalEntry.objects.filter(name="user.unlocked").count() == 1


@pytest.mark.parametrize("act", ["end", "reactivate", "unlock"])
def test_only_an_administrator_of_the_clinic_may(admin, act):
    nurse = make.membership("nurse", admin.clinic)
    stranger = make.membership("nurse")

    assert press(nurse, admin, act).status_code == 403
    assert press(admin, stranger, act).status_code == 404
    assert browser(admin).get(f"/staff/users/{nurse.user_id}/{act}/").status_code == 405
