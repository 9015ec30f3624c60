"""Numbers and ids in addresses and forms that no page of ours would send."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from pages.kit import numbers
from procedures.fields import forms
from scheduling.models import Appointment
from tests.factories.scheduling import NINE

LONG = "9" * 5000


@pytest.mark.parametrize("text", ["", "x", "-1", "1.5", "²", LONG])
def test_what_is_no_number_is_read_as_agreed(text):
    assert numbers.read(text, 7) == 7


def test_a_form_without_a_version_means_the_one_there_is():
    assert numbers.version("", 3) == 3
    assert numbers.version("2", 3) == 2
    assert numbers.version(LONG, 3) == 0


def test_a_row_numbered_with_thousands_of_digits_is_no_row():
    posted = [f"findings-{LONG}-name", "findings-2-name"]

    assert forms.row_numbers("findings", posted) == [2]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("act", "sent"),
    [
        ("move", {"start": "2026-09-10T15:00:00+00:00"}),
        ("cancel", {"reason": "ill"}),
        ("undo_move", {}),
        ("confirm", {}),
    ],
)
def test_a_version_of_thousands_of_digits_is_an_outdated_one(
    coordinator, practice, act, sent
):
    visit = practice.book(start=NINE + timedelta(days=7))

    address = reverse(f"staff:appointment_{act}", args=[visit.pk])
    response = coordinator.post(address, sent | {"version": LONG})

    assert response.status_code == 409
    assert "This was changed in the meantime" in response.content.decode()
    assert Appointment.objects.get().version == visit.version


@pytest.mark.django_db
@pytest.mark.parametrize("hold", ["x", "1", LONG, str(uuid.UUID(int=0))])
def test_a_hold_there_is_none_of_is_a_page_that_says_so(coordinator, practice, hold):
    asked = {
        "patient": str(practice.patient().pk),
        "visit_type": "consultation",
        "start": (NINE + timedelta(days=7)).isoformat(),
        "hold": hold,
    }

    response = coordinator.post(reverse("staff:book"), asked)

    assert response.status_code == 404
    assert "There is no such hold for this patient." in response.content.decode()
    assert not Appointment.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["patients", "messages", "find"])
def test_a_page_number_of_thousands_of_digits_is_the_first_page(coordinator, name):
    response = coordinator.get(reverse(f"staff:{name}"), {"page": LONG, "show": LONG})

    assert response.status_code == 200
