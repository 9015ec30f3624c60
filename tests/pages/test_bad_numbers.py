"""Telephone numbers of any shape on every way in: kept, or said to be wrong in words
beside what was typed; nothing is lost and nothing breaks."""

import json
import random

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import ContactPoint, Patient
from tests.clinics.conftest import browser
from tests.factories import clinics as people
from tests.patients.test_phone_shapes import ABROAD, BAD, GOOD, MANGLED, answer

pytestmark = pytest.mark.django_db

# Some of each kind: every one is looked at in tests/patients/test_phone_shapes.py.
DICE = random.Random(10)
SHAPES = [
    *DICE.sample(GOOD, 6),
    *DICE.sample(BAD, 25),
    *DICE.sample(MANGLED, 10),
    *(text for text, _ in ABROAD),
]
PERSON = {
    "given_name": "Marisol",
    "family_name": "Testcase-Vega",
    "birth_date": "1966-04-12",
}


@pytest.fixture
def coordinator():
    return people.membership("coordinator")


def kept():
    rows = ContactPoint.objects.filter(system="phone")
    return list(rows.values_list("value", flat=True))


@pytest.mark.parametrize("text", SHAPES)
def test_staff_register_with_it_or_read_why_not(coordinator, text):
    form = PERSON | {
        "biological_sex": "female",
        "language": "en",
        "phone": text,
        "idempotency_key": "one",
    }
    shown = browser(coordinator).post(reverse("staff:register"), form)

    number, _ = answer(text)
    if number:
        assert (shown.status_code, kept()) == (302, [number])
    elif text.strip():
        assert shown.status_code in {400, 422}
        page = shown.content.decode()
        assert "Testcase-Vega" in page
        assert not Patient.objects.exists()


@pytest.mark.parametrize("text", SHAPES)
def test_a_program_is_told_the_field_and_the_remedy(coordinator, text):
    key = people.api_key(coordinator)
    told = Client(headers={"Authorization": f"Bearer {key}"}).post(
        "/api/v1/patients/",
        json.dumps(PERSON | {"phone": text}),
        content_type="application/json",
    )

    number, _ = answer(text)
    if number:
        assert (told.status_code, kept()) == (201, [number])
    elif text.strip():
        assert told.status_code == 400
        (error,) = told.json()["errors"]
        assert error["pointer"] == "/phone"
        assert error["detail"]
        assert not Patient.objects.exists()
