"""Recording a death or a wish for no contact: by page and by REST, by whom."""

import pytest
from django.test import Client

from core import clock
from patients.models import Departure
from tests.factories import clinics as make_clinic
from tests.factories import notifications as make

pytestmark = pytest.mark.django_db
GIVEN = {"kind": "deceased", "source": "Her daughter, by telephone", "died_on": ""}
MAY = {"coordinator", "nurse", "clinician", "medical_director"}
ROLES = (*sorted(MAY), "technician", "admin", "auditor")


@pytest.fixture
def booked():
    clock.set_to(make.NOW)
    return make.booked()


def signed_in(place, role="coordinator"):
    member = make_clinic.membership(role, place.clinic)
    browser = Client()
    browser.force_login(member.user)
    return browser


def address(who, more="depart/"):
    return f"/staff/patients/{who.pk}/{more}"


def test_the_page_records_a_death_and_every_page_of_the_patient_shows_it(booked):
    place, who, visit = booked
    browser = signed_in(place)

    response = browser.post(address(who), GIVEN)

    assert response["Location"] == address(who, "")
    for page in (address(who, ""), f"/staff/appointments/{visit.pk}/"):
        assert "Deceased" in browser.get(page).content.decode()
    assert "Her daughter" in browser.get(address(who, "")).content.decode()


def test_the_page_takes_a_slip_back(booked):
    place, who, _ = booked
    browser = signed_in(place)
    browser.post(address(who), GIVEN)
    back = address(who, "depart/deceased/take-back/")
    assert browser.get(back).status_code == 200

    assert browser.post(back, {"reason": ""}).status_code == 422
    browser.post(back, {"reason": "Another patient"})

    who.refresh_from_db()
    assert who.standing == ""
    assert browser.get(back).status_code == 404


def test_what_is_missing_is_said_on_the_form(booked):
    place, who, _ = booked

    response = signed_in(place).post(address(who), GIVEN | {"source": ""})

    assert response.status_code == 422
    assert not Departure.objects.exists()


@pytest.mark.parametrize("role", ROLES)
def test_who_hears_of_it_may_write_it_down(booked, role):
    place, who, _ = booked

    status = signed_in(place, role).post(address(who), GIVEN).status_code

    assert (status == 302) is (role in MAY)
    assert Departure.objects.exists() is (role in MAY)


def rest(place, role="nurse"):
    key = make_clinic.api_key(make_clinic.membership(role, place.clinic))
    return Client(headers={"Authorization": f"Bearer {key}"})


def post(client, path, data, key):
    return client.post(
        f"/api/v1/{path}",
        data,
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def test_rest_records_and_takes_back(booked):
    place, who, _ = booked
    client = rest(place)
    given = {"kind": "do_not_contact", "source": "The patient, at the desk"}

    made = post(client, f"patients/{who.pk}/departures/", given, "one")
    assert made.status_code == 201, made.content
    assert client.get(f"/api/v1/patients/{who.pk}/").json()["standing"] == given["kind"]
    path = f"patients/{who.pk}/departures/do_not_contact/take-back/"
    back = post(client, path, {"reason": "A slip"}, "two")

    assert back.status_code == 200, back.content
    assert back.json()["taken_back_reason"] == "A slip"
    who.refresh_from_db()
    assert who.standing == ""


def test_rest_books_no_deceased_patient(booked):
    place, who, visit = booked
    given = {"kind": "deceased", "source": "Hospital", "died_on": "2026-08-30"}
    post(rest(place), f"patients/{who.pk}/departures/", given, "one")
    asked = {
        "patient": str(who.pk),
        "visit_type": visit.visit_type.slug,
        "start": "2026-09-10T09:00:00-05:00",
    }

    refused = post(rest(place, "coordinator"), "appointments/", asked, "two")

    assert refused.status_code == 409
    assert refused.json()["reasons"][0]["code"] == "patient-deceased"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "gone", "source": "x"}, "/kind"),
        ({"kind": "deceased", "source": ""}, "/source"),
        ({"kind": "deceased", "source": "x", "died_on": "2099-01-01"}, "/died_on"),
    ],
)
def test_rest_names_the_wrong_field(booked, given, field):
    place, who, _ = booked

    wrong = post(rest(place), f"patients/{who.pk}/departures/", given, "one")

    assert wrong.status_code == 400
    assert field in [error["pointer"] for error in wrong.json()["errors"]]


def test_a_patient_of_another_clinic_does_not_exist(booked):
    _, who, _ = booked

    response = signed_in(make.office()).post(address(who), GIVEN)

    assert response.status_code == 404
