"""Patients' pages: search, register, amend, contact and consent."""

import re

import pytest
from django.urls import reverse

from patients import selectors
from tests.factories import patients as people

pytestmark = pytest.mark.django_db

PERSON = {
    "given_name": "Ana",
    "family_name": "Torres",
    "birth_date": "1964-03-05",
    "language": "es",
    "biological_sex": "unknown",
    "phone": "(713) 555-0123",
    "sms_consent": "on",
}


def register(client, **changes):
    return client.post(reverse("staff:register"), PERSON | changes)


def test_registering_leads_to_the_patients_page(coordinator, practice):
    response = register(coordinator)

    (patient,) = selectors.search(practice.clinic.pk, "torres")
    assert response["Location"] == reverse("staff:patient", args=[patient.pk])
    assert selectors.consented(patient, "sms")
    page = coordinator.get(response["Location"]).content.decode()
    assert "Ana Torres" in page
    assert "(713) 555-0123" in page


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(coordinator):
    response = register(coordinator, birth_date="", phone="12")

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Register a patient" in page
    assert "Give a date for the birth date." in page
    assert 'value="Torres"' in page
    assert re.search(r'<input[^>]*name="birth_date"[^>]*aria-invalid="true"', page)


def test_what_the_service_refuses_returns_to_its_field(coordinator, practice):
    response = register(coordinator, phone="12")

    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_phone_error"' in page
    assert not selectors.search(practice.clinic.pk, "torres").exists()


def test_a_search_is_a_post_so_that_names_enter_no_address(coordinator, practice):
    practice.patient(given_name="Ben", family_name="Carter")

    found = coordinator.post(reverse("staff:patients"), {"q": "carter"})
    asked = coordinator.get(reverse("staff:patients"), {"q": "nobody"})

    assert "Carter, Ben" in found.content.decode()
    assert 'method="get"' not in found.content.decode()
    # An address that names somebody is not understood as a search.
    assert "Carter, Ben" in asked.content.decode()


def test_a_search_that_finds_nobody_says_what_to_do(coordinator):
    page = coordinator.post(reverse("staff:patients"), {"q": "zzz"}).content.decode()

    assert "Nobody matches" in page
    assert reverse("staff:register") in page


def test_amending_an_outdated_page_is_refused(coordinator, practice):
    patient = practice.patient(given_name="Ben", family_name="Carter")
    address = reverse("staff:patient_amend", args=[patient.pk])
    changes = PERSON | {"version": 1}

    first = coordinator.post(address, changes)
    second = coordinator.post(address, changes | {"given_name": "Anna"})

    assert first.status_code == 302
    assert second.status_code == 409
    assert "changed in the meantime" in second.content.decode()


def test_correcting_the_sex_needs_a_reason(coordinator, practice):
    patient = practice.patient(biological_sex="female")
    address = reverse("staff:patient_amend", args=[patient.pk])
    changes = PERSON | {"version": 1, "biological_sex": "male"}

    without = coordinator.post(address, changes)
    given = coordinator.post(address, changes | {"reason": "Typing mistake"})

    assert without.status_code == 422
    assert given.status_code == 302


def test_the_patients_answer_to_a_channel_is_kept(coordinator, practice):
    patient = practice.patient()
    address = reverse("staff:patient_consent", args=[patient.pk])

    coordinator.post(address, {"channel": "sms", "granted": "yes"})
    assert selectors.consented(patient, "sms")

    coordinator.post(address, {"channel": "sms", "granted": "no"})
    assert not selectors.consented(patient, "sms")


def test_a_contact_that_cannot_be_is_refused_beside_its_field(coordinator, practice):
    patient = practice.patient()
    address = reverse("staff:patient_contact", args=[patient.pk])

    response = coordinator.post(address, {"phone": "1", "email": "", "version": 1})

    assert response.status_code == 422
    assert 'id="id_phone_error"' in response.content.decode()


def test_another_clinics_patient_does_not_exist_here(coordinator):
    stranger = people.patient()

    response = coordinator.get(reverse("staff:patient", args=[stranger.pk]))

    assert response.status_code == 404
    assert stranger.family_name not in response.content.decode()
