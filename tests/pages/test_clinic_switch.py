"""Staff of several clinics go from one to another; no page writes to the wrong one."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import Membership, StaffSession
from clinics.services import users
from core.models import IdempotencyKey, JournalEntry
from patients.models import Patient
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make
from tests.factories import patients

pytestmark = pytest.mark.django_db

REGISTER = reverse("staff:register")
HOME = "/staff/today/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken"\s+value="(\w+)"')
SOMEBODY = {
    "given_name": "Marisol",
    "family_name": "Vega",
    "birth_date": "1961-04-12",
    "language": "en",
    "phone": "+17135550101",
}


@pytest.fixture
def here():
    return make.membership("coordinator", make.clinic(name="Bayou North"))


@pytest.fixture
def there(here):
    """The same person, who administers another clinic."""
    clinic = make.clinic(name="Bayou South")
    return Membership.objects.create(user=here.user, clinic=clinic, role="admin")


@pytest.fixture
def client(here, there):
    return browser(here)


def switch(client, member, **extra):
    address = reverse("account_switch_clinic", args=[member.clinic_id])
    return client.post(address, extra.pop("form", {}), **extra)


def token_in(response):
    return TOKEN.search(response.content.decode())[1]


def switches():
    return JournalEntry.objects.filter(name="user.switched_clinic")


def test_the_menu_offers_the_other_clinic_and_leads_there(client, there):
    assert "Switch to Bayou South" in client.get(HOME).content.decode()

    page = switch(client, there, follow=True).content.decode()

    assert "You now work at Bayou South." in page
    assert "Switch to Bayou North" in page
    assert "Switch to Bayou South" not in page


def test_somebody_with_one_clinic_is_offered_none():
    page = browser(make.membership("coordinator")).get(HOME).content.decode()

    assert "Switch to" not in page


def test_the_role_is_the_one_at_the_clinic_chosen(client, there):
    assert client.get("/staff/users/").status_code == 403

    switch(client, there)

    assert client.get("/staff/users/").status_code == 200
    assert client.get(REGISTER).status_code == 403


def test_a_page_of_the_clinic_that_was_left_is_not_there_any_more(here, there, client):
    patient = patients.patient(here.clinic)
    address = reverse("staff:patient", args=[patient.pk])
    assert client.get(address).status_code == 200
    there.role = "coordinator"
    there.save()

    switch(client, there)
    assert client.get(address).status_code == 404

    switch(client, here)
    assert client.get(address).status_code == 200


def test_a_switch_is_on_record_once(here, there, client):
    switch(client, there)
    switch(client, there)  # works there already

    entry = switches().get()
    assert entry.stream == f"user:{here.user_id}"
    assert json.loads(entry.payload) == {"from": here.clinic_id, "to": there.clinic_id}


def test_a_switch_gives_the_session_a_new_key_and_ends_the_old_one(client, there):
    client.get(HOME)
    old = client.session.session_key

    switch(client, there)

    assert client.session.session_key != old
    assert StaffSession.objects.get().session_key == client.session.session_key
    thief = Client()
    thief.cookies["session"] = old
    assert thief.get(HOME).status_code == 302


def test_opening_the_address_switches_nothing(client, there):
    address = reverse("account_switch_clinic", args=[there.clinic_id])

    assert client.get(address).status_code == 405
    assert not switches().exists()


def test_a_stranger_is_sent_to_sign_in(there):
    response = switch(Client(), there)

    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")
    assert not switches().exists()


def test_nobody_switches_to_a_clinic_where_they_do_not_work(client, here):
    elsewhere = make.membership("admin")

    response = switch(client, elsewhere)

    assert response.status_code == 404
    denied = json.loads(JournalEntry.objects.get(name="access.denied").payload)
    assert denied["asked_for"] == {"clinic_id": str(elsewhere.clinic_id)}
    assert f'"X-Clinic": "{here.clinic_id}"' in client.get(HOME).content.decode()


@pytest.mark.parametrize("number", [0, 2**63, 10**40])
def test_a_number_that_is_no_clinic_is_refused(client, number):
    assert client.post(f"/account/clinic/{number}/").status_code in {400, 404}


def test_an_ended_membership_cannot_be_switched_to(client, there):
    client.get(HOME)
    end(there)

    assert switch(client, there).status_code == 404
    assert "Switch to" not in client.get(HOME).content.decode()
    assert not switches().exists()


def end(member):
    users.end_membership(
        user_id=member.user_id,
        clinic_id=member.clinic_id,
        by=make.actor("admin", member.clinic),
        now=make.NOW,
    )


def test_a_membership_taken_up_again_moves_no_browser(here, there):
    end(here)
    client = browser(there)
    assert "Bayou South" in client.get("/staff/users/").content.decode()

    users.reactivate_membership(
        user_id=here.user_id,
        clinic_id=here.clinic_id,
        by=make.actor("admin", here.clinic),
        now=make.NOW,
    )

    assert client.get("/staff/users/").status_code == 200
    assert "Switch to Bayou North" in client.get("/staff/users/").content.decode()


def test_a_form_of_the_clinic_that_was_left_is_refused_and_shown(here, there):
    there.role = "coordinator"
    there.save()
    client = browser(here, enforce_csrf_checks=True)
    stale = token_in(client.get(REGISTER))
    switch(client, there, form={"csrfmiddlewaretoken": stale})

    sent = {**SOMEBODY, "csrfmiddlewaretoken": stale, "signature_password": "secret-1"}
    response = client.post(REGISTER, sent)

    page = response.content.decode()
    assert response.status_code == 409
    assert "You work at Bayou South since this page was loaded" in page
    assert "nothing was changed" in page.lower()
    assert "Marisol" in page
    assert "secret-1" not in page
    assert "Switch to Bayou North" in page
    assert not Patient.objects.exists()


def test_a_form_loaded_after_the_switch_is_taken_at_the_clinic_chosen(here, there):
    there.role = "coordinator"
    there.save()
    client = browser(here, enforce_csrf_checks=True)
    stale = token_in(client.get(REGISTER))
    switch(client, there, form={"csrfmiddlewaretoken": stale})

    fresh = token_in(client.get(REGISTER))
    response = client.post(REGISTER, {**SOMEBODY, "csrfmiddlewaretoken": fresh})

    assert response.status_code == 302
    assert Patient.objects.get().clinic == there.clinic


def test_a_form_without_a_token_is_too_old_where_nobody_switched(here):
    client = browser(here, enforce_csrf_checks=True)

    response = client.post(REGISTER, SOMEBODY)

    assert response.status_code == 403
    assert "too old" in response.content.decode()


def test_a_browser_call_to_rest_from_a_stale_page_is_refused(here, there):
    there.role = "coordinator"
    there.save()
    client = browser(here, enforce_csrf_checks=True)
    stale = token_in(client.get(REGISTER))
    switch(client, there, form={"csrfmiddlewaretoken": stale})
    fresh = token_in(client.get(REGISTER))

    def register(token):
        return client.post(
            "/api/v1/patients/",
            SOMEBODY,
            content_type="application/json",
            headers={"X-CSRFToken": token},
        )

    assert register(stale).status_code == 403
    assert not Patient.objects.exists()
    assert register(fresh).status_code == 201


def test_a_part_of_a_page_is_not_loaded_for_another_clinic(here, there, client):
    there.role = "coordinator"
    there.save()
    switch(client, there)
    part = {"HX-Request": "true", "X-Clinic": str(here.clinic_id)}

    response = client.get("/staff/board/", headers=part)

    page = response.content.decode()
    assert response.status_code == 409
    assert "You work at Bayou South since this page was loaded" in page
    assert "<html" not in page
    own = part | {"X-Clinic": str(there.clinic_id)}
    assert client.get("/staff/board/", headers=own, follow=True).status_code == 200


def test_wrong_signatures_go_on_counting_after_a_switch(here, there, client):
    def sign():
        return client.post(REGISTER, {**SOMEBODY, "signature_password": "wrong"})

    there.role = "coordinator"
    there.save()
    for _ in range(4):
        sign()
    switch(client, there)
    switch(client, here)

    assert sign().status_code == 403
    assert "wrong attempts" in sign().content.decode()


def test_keys_of_rest_stay_at_their_own_clinic(here, there, client):
    with_key = api(here)
    switch(client, there)

    response = with_key.post(
        "/api/v1/patients/",
        SOMEBODY,
        content_type="application/json",
        headers={"Idempotency-Key": "one"},
    )

    assert response.status_code == 201
    assert Patient.objects.get().clinic == here.clinic
    assert IdempotencyKey.objects.get().clinic_id == here.clinic_id
