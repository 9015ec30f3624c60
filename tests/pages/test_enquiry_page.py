"""The public form: taken, or what is wrong said in words, in the visitor's language."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from pages.public.texts import TEXTS
from patients import selectors
from patients.domain.enquiry import MOST_FROM_ONE_SOURCE
from patients.models import Enquiry, Patient, Task
from tests.factories import clinics as make

pytestmark = pytest.mark.django_db

EN, ES = TEXTS["en"], TEXTS["es"]
SENT = {
    "given_name": "Tomás",
    "family_name": "Prueba",
    "birth_date": "1966-04-12",
    "phone": "713 555 0142",
    "message": "My knee hurts.",
    "sms_consent": "on",
}


@pytest.fixture
def address(practice):
    return reverse("public:enquire_at", args=[practice.clinic.slug])


def send(client, address, **changes):
    headers = {k: changes.pop(k) for k in [*changes] if k.startswith("HTTP_")}
    return client.post(address, SENT | changes, **headers)


def test_an_enquiry_is_taken_and_thanked_for(client, address, practice):
    response = send(client, address)

    enquiry = Enquiry.objects.get()
    assert (enquiry.clinic, enquiry.family_name) == (practice.clinic, "Prueba")
    assert (enquiry.sms_consent, enquiry.email_consent) == (True, False)
    assert Task.objects.get().kind == "enquiry"
    assert EN["thanks_title"] in client.get(response["Location"]).content.decode()


def test_opening_the_form_changes_nothing_and_keeps_no_cookie_of_ours(client, address):
    for _ in range(10):
        assert client.get(address).status_code == 200

    assert not Enquiry.objects.exists()
    assert set(client.cookies) <= {"csrf"}


def test_what_is_wrong_is_said_in_words_and_nothing_is_lost(client, address):
    response = send(client, address, given_name="", phone=" ")

    page = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in page
    assert EN["given_name_wrong"] in page
    assert EN["phone_wrong"] in page
    assert 'href="#id_phone"' in page
    assert 'value="Prueba"' in page
    assert "My knee hurts." in page
    assert not Enquiry.objects.exists()


@pytest.mark.parametrize("value", ["2999-01-01", "soon", "1766-01-01"])
def test_a_birth_date_that_cannot_be_is_said_beside_it(client, address, value):
    page = send(client, address, birth_date=value).content.decode()

    assert 'id="id_birth_date_error"' in page
    assert page.count(EN["birth_date_wrong"]) == 2


def test_what_only_the_service_can_see_is_said_beside_its_field_too(client, address):
    page = send(client, address, phone="12").content.decode()

    assert 'id="id_phone_error"' in page
    assert EN["phone_wrong"] in page
    assert 'value="12"' in page


def test_some_way_to_answer_is_needed(client, address):
    response = send(client, address, phone="")

    assert response.status_code == 422
    assert EN["phone_wrong"] in response.content.decode()
    assert send(client, address, phone="", email="t@example.org").status_code == 303


def test_what_a_password_manager_fills_in_drops_nobody(client, address):
    response = send(client, address, website="https://tomas.example.org")

    assert response.status_code == 303
    assert not Enquiry.objects.get().is_suspicious


def test_the_hidden_field_has_a_name_that_nothing_fills_in(client, address):
    page = client.get(address).content.decode()
    hidden = re.search(r'<div class="trap".*?</div>', page, re.DOTALL)[0]

    words = "name|mail|phone|tel|url|web|site|address|street|city|zip|company|user"
    assert not re.search(words, re.sub(r"\bname=", "", hidden))
    assert 'autocomplete="off"' in hidden


def test_whoever_fills_the_hidden_field_is_kept_for_a_person(client, address):
    response = send(client, address, cp_extra="https://spam.example")

    assert response.status_code == 303
    assert Enquiry.objects.get().is_suspicious


def test_too_many_from_one_place_are_sent_to_the_telephone(client, address):
    for _ in range(MOST_FROM_ONE_SOURCE):
        assert send(client, address).status_code == 303

    response = send(client, address)

    page = response.content.decode()
    assert response.status_code == 429
    assert EN["too_many"] in page
    assert 'value="Prueba"' in page
    assert "tel:" in page
    assert Enquiry.objects.count() == MOST_FROM_ONE_SOURCE


def test_behind_a_trusted_proxy_each_sender_has_a_share(client, address, settings):
    settings.TRUST_PROXY = 1
    for _ in range(MOST_FROM_ONE_SOURCE + 1):
        send(client, address, HTTP_X_FORWARDED_FOR="192.0.2.1, 203.0.113.66")

    greedy = send(client, address, HTTP_X_FORWARDED_FOR="192.0.2.2, 203.0.113.66")
    other = send(client, address, HTTP_X_FORWARDED_FOR="198.51.100.7")

    assert (greedy.status_code, other.status_code) == (429, 303)


def test_claimed_addresses_win_no_second_share(client, address, settings):
    settings.TRUST_PROXY = 0
    for number in range(MOST_FROM_ONE_SOURCE):
        send(client, address, HTTP_X_FORWARDED_FOR=f"192.0.2.{number}")

    again = send(client, address, HTTP_X_FORWARDED_FOR="192.0.2.99")

    assert again.status_code == 429


def test_in_spanish_every_word_of_the_page_is(client, address):
    page = client.get(f"{address}?lang=es").content.decode()

    assert '<html lang="es">' in page
    for name in ("title", "given_name", "message_hint", "optional", "send"):
        assert ES[name] in page
    for english in ("Skip to", "Questions?", "(optional)", "First name"):
        assert english not in page


def test_in_spanish_the_errors_are_too(client, address):
    client.get(f"{address}?lang=es")

    response = send(client, address, given_name="", family_name="", phone="")

    page = response.content.decode()
    assert response.status_code == 422
    for name in ("given_name", "phone"):
        assert ES[f"{name}_wrong"] in page
    assert ES["problem"] in page
    assert "Give " not in page
    assert Enquiry.objects.count() == 0


def test_an_enquiry_in_spanish_is_answered_in_spanish(client, address):
    client.get(f"{address}?lang=es")

    response = send(client, address)

    assert Enquiry.objects.get().language == "es"
    assert ES["thanks_title"] in client.get(response["Location"]).content.decode()


def test_the_language_switch_keeps_what_was_typed_and_sends_nothing(client, address):
    response = send(client, address, lang="es", given_name="")

    page = response.content.decode()
    assert response.status_code == 200
    assert ES["title"] in page
    assert 'value="Prueba"' in page
    assert re.search(r'name="sms_consent"[^>]* checked', page)
    assert ES["given_name_wrong"] not in page
    assert not Enquiry.objects.exists()


def test_both_languages_have_the_same_texts():
    assert EN.keys() == ES.keys()


def test_one_clinics_form_is_found_and_of_several_one_is_chosen(client, practice):
    first = client.get(reverse("public:enquire"))
    other = make.clinic(name="Second Joint Clinic")
    second = client.get(reverse("public:enquire"))

    assert first["Location"].endswith(f"/{practice.clinic.slug}/")
    page = second.content.decode()
    assert "Second Joint Clinic" in page
    assert reverse("public:enquire_at", args=[other.slug]) in page


def test_a_clinic_that_is_none_has_no_form(client, practice):
    assert client.get("/enquire/nowhere/").status_code == 404


def test_a_coordinator_makes_a_patient_and_a_search_of_it_in_one_click(
    client, address, coordinator, practice
):
    send(client, address)
    enquiry = Enquiry.objects.get()
    shown = coordinator.get(reverse("staff:enquiry", args=[enquiry.pk]))

    clicked = coordinator.post(reverse("staff:enquiry_convert", args=[enquiry.pk]))

    patient = Patient.objects.get()
    assert "Make a patient of it" in shown.content.decode()
    assert clicked["Location"] == (
        f"{reverse('staff:find')}?patient={patient.pk}&visit_type=consultation"
    )
    page = coordinator.get(clicked["Location"]).content.decode()
    assert "Tomás Prueba" in page
    assert selectors.consented(patient, "sms")
    assert Task.objects.get().done_at


def test_no_form_is_taken_without_its_token(address):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post(address, SENT).status_code == 403
    assert not Enquiry.objects.exists()
