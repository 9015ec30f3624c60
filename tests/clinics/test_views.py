"""Pages and API: permission, what commits, what is on record."""

import json

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client

from clinics.models import AccessLogEntry
from clinics.web import access_log, error_pages
from core.models import IdempotencyKey, JournalEntry
from tests.clinics.conftest import api, browser
from tests.clinics.site import PATIENT
from tests.factories import clinics as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def marks():
    return JournalEntry.objects.filter(name="clinic.marked").count()


def test_a_stranger_is_sent_to_sign_in_and_back():
    response = Client().get("/patient/?q=1")

    assert response.status_code == 302
    assert response["Location"] == "/account/login/?next=/patient/%3Fq%3D1"


def test_a_fragment_asked_for_by_a_stranger_moves_the_whole_page():
    response = Client().get("/patient/", headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response["HX-Redirect"] == "/account/login/"


def test_an_api_call_without_credentials_is_told_how_to_identify():
    response = Client().get("/api/v1/patients/")

    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "unauthenticated"


def test_somebody_without_a_role_gets_nowhere():
    client = Client()
    client.force_login(
        make.user(), backend="allauth.account.auth_backends.AuthenticationBackend"
    )

    assert client.get("/patient/").status_code == 403
    assert client.get("/api/v1/patients/").status_code == 403


@pytest.mark.parametrize("path", ["/patient/", "/api/v1/patients/"])
def test_a_role_that_may_not_is_refused_and_the_refusal_is_on_record(path):
    admin = make.membership("admin")

    response = browser(admin).get(path)

    assert response.status_code == 403
    entry = JournalEntry.objects.get(name="access.denied")
    assert entry.stream == f"user:{admin.user_id}"
    assert json.loads(entry.payload)["action"] == "patient.read"
    assert not AccessLogEntry.objects.exists()


def test_what_does_not_exist_here_is_a_404_on_record_without_saying_which():
    coordinator = make.membership("coordinator")

    response = browser(coordinator).get(f"/elsewhere/{PATIENT}/")

    assert response.status_code == 404
    entry = JournalEntry.objects.get(name="access.denied")
    payload = json.loads(entry.payload)
    assert payload["why"] == "not-found"
    assert payload["asked_for"] == {"patient_id": PATIENT}


def test_the_rows_of_another_clinic_are_not_found_by_the_api():
    ours, theirs = make.membership("nurse"), make.membership("nurse")
    path = f"/api/v1/on-call/{make.on_call(theirs).pk}/"

    assert api(theirs).get(path).status_code == 200
    assert api(ours).get(path).status_code == 404
    denied = JournalEntry.objects.get(name="access.denied")
    assert denied.stream == f"user:{ours.user_id}"


@pytest.mark.parametrize("path", ["/patient/", "/api/v1/patients/"])
def test_an_answer_with_patient_data_writes_one_row(path):
    nurse = make.membership("nurse")

    response = browser(nurse).get(path)

    assert response.status_code == 200
    row = AccessLogEntry.objects.get()
    assert row.actor == f"staff:{nurse.user_id}"
    assert (row.role, row.clinic) == ("nurse", nurse.clinic)
    assert (row.patient_ids, row.count, row.deliberate) == ([PATIENT], 1, True)
    assert row.request_id == response["X-Request-Id"]


def test_a_list_writes_one_row_with_its_count():
    browser(make.membership("nurse")).get("/patients/")

    row = AccessLogEntry.objects.get()
    assert (row.count, row.deliberate, row.view) == (200, False, "patients")


def test_a_view_that_does_not_say_whom_it_shows_fails_its_test():
    with pytest.raises(access_log.NotLogged):
        browser(make.membership("nurse")).get("/forgetful/")


def test_in_production_such_a_view_is_logged_without_ids(settings, caplog):
    settings.ACCESS_LOG_STRICT = False

    response = browser(make.membership("nurse")).get("/forgetful/")

    assert response.status_code == 200
    assert AccessLogEntry.objects.get().patient_ids == []
    assert "did not say whom it shows" in caplog.text


@pytest.mark.parametrize("path", ["/patient/", "/api/v1/patients/"])
def test_patient_data_that_cannot_be_logged_is_not_shown(path, monkeypatch):
    def broken(**_):
        raise DatabaseError("disk full")

    monkeypatch.setattr(AccessLogEntry.objects, "create", broken)

    response = browser(make.membership("nurse")).get(path)

    assert response.status_code == 503
    assert b"one patient" not in response.content
    assert response["Retry-After"] == "1"


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_an_address_changes_nothing_whatever_its_view_tries(method):
    client = browser(make.membership())

    response = getattr(client, method)("/form/done/")

    assert response.status_code == 405
    assert marks() == 0


def test_a_mail_scanner_changes_nothing_on_a_public_page():
    response = Client().get("/anybody/?write=1")

    assert response.status_code == 405
    assert marks() == 0


def test_a_form_that_worked_commits():
    response = browser(make.membership()).post("/form/done/", {"name": "a"})

    assert response.status_code == 303
    assert marks() == 1


def test_a_form_with_errors_rolls_back_and_still_logs_whom_it_showed():
    response = browser(make.membership()).post("/form/wrong/", {"idempotency_key": "k"})

    assert response.status_code == 422
    assert marks() == 0
    assert not IdempotencyKey.objects.exists()
    assert AccessLogEntry.objects.count() == 1


def test_a_refusal_is_returned_and_commits():
    response = browser(make.membership()).post("/form/refused/")

    assert response.status_code == 409
    assert marks() == 1


def test_a_problem_that_is_raised_rolls_back():
    response = browser(make.membership()).post("/stale/")

    assert response.status_code == 409
    assert marks() == 0


def test_the_same_form_sent_twice_acts_once():
    client = browser(make.membership())
    once = {"idempotency_key": "k1", "name": "a"}

    first = client.post("/form/done/", once)
    second = client.post("/form/done/", once)

    assert marks() == 1
    assert first["Location"] == second["Location"]
    assert second["Idempotent-Replay"] == "true"


def test_a_key_used_for_another_form_is_refused():
    client = browser(make.membership())
    client.post("/form/done/", {"idempotency_key": "k1", "name": "a"})

    response = client.post("/form/done/", {"idempotency_key": "k1", "name": "b"})

    assert response.status_code == 422
    assert marks() == 1


def test_an_api_call_repeated_with_its_key_gives_the_same_answer_and_logs_both():
    client = api(make.membership())
    headers = {"Idempotency-Key": "k1"}

    def call(body):
        return client.post(
            "/api/v1/patients/", body, content_type="application/json", headers=headers
        )

    first, second, other = call({"name": "a"}), call({"name": "a"}), call({"name": "b"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert marks() == 1
    assert AccessLogEntry.objects.filter(patient_ids=[PATIENT]).count() == 2
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency-key-reused"


def test_another_persons_key_is_another_key():
    clinic = make.clinic()
    body, headers = {"name": "a"}, {"Idempotency-Key": "k1"}

    for _ in range(2):
        api(make.membership(at=clinic)).post(
            "/api/v1/patients/", body, content_type="application/json", headers=headers
        )

    assert marks() == 2


def test_a_refusal_over_rest_is_a_409_with_its_reasons_the_second_time_too():
    client = api(make.membership())

    def call():
        return client.post(
            "/api/v1/patients/",
            {"refuse": 1},
            content_type="application/json",
            headers={"Idempotency-Key": "k"},
        )

    first, second = call(), call()

    assert first.status_code == second.status_code == 409
    assert first["Content-Type"] == second["Content-Type"]
    assert first.json()["reasons"][0]["code"] == "SEV-01"
    assert first.json() == second.json()
    assert marks() == 1


def test_a_raised_problem_leaves_no_key():
    client = api(make.membership())

    response = client.post(
        "/api/v1/patients/",
        {"stale": 1},
        content_type="application/json",
        headers={"Idempotency-Key": "k"},
    )

    assert response.status_code == 409
    assert response.json()["version"] == 7
    assert not IdempotencyKey.objects.exists()


def test_a_key_remembers_nothing_of_a_password():
    signer = make.membership("clinician")
    client = api(signer)

    def call(password):
        return client.post(
            "/api/v1/acts/time-out/",
            {"signature": {"password": password, "meaning": "I led it"}},
            content_type="application/json",
            headers={"Idempotency-Key": "k"},
        )

    first = call(make.PASSWORD)
    signer.user.set_password("another-good-passphrase")
    signer.user.save()
    second = call("another-good-passphrase")

    assert first.status_code == 200
    assert second.json() == first.json()


def test_the_act_in_the_address_names_the_action():
    nurse = api(make.membership("nurse"))

    def call(act):
        return nurse.post(f"/api/v1/acts/{act}/", content_type="application/json")

    assert call("check-in").status_code == 200
    assert call("harvest").status_code == 403
    assert call("dance").status_code == 404


def test_a_method_nobody_declared_is_not_answered():
    response = api(make.membership()).delete("/api/v1/patients/")

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"


def test_a_body_that_is_no_json_is_a_400():
    response = api(make.membership()).post(
        "/api/v1/patients/", b"{", content_type="application/json"
    )

    assert response.status_code == 400
    assert response.json()["code"] == "parse-error"


def test_a_value_the_database_cannot_hold_is_a_400_and_rolls_back():
    response = api(make.membership()).post(
        "/api/v1/patients/", {"nul": 1}, content_type="application/json"
    )

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"
    assert marks() == 0


def test_a_session_may_use_the_api_but_not_across_sites():
    coordinator = make.membership()

    assert browser(coordinator).get("/api/v1/patients/").status_code == 200
    strict = browser(coordinator, enforce_csrf_checks=True)
    response = strict.post(
        "/api/v1/patients/", {"name": "a"}, content_type="application/json"
    )
    assert response.status_code == 403
    assert marks() == 0


def test_lists_come_in_pages_with_a_cursor():
    clinic = make.clinic()
    for position in (1, 2, 3):
        make.on_call(make.membership(at=clinic), position)
    client = api(make.membership(at=clinic))

    first = client.get("/api/v1/on-call/?limit=2").json()
    second = client.get(first["next"]).json()

    assert [row["position"] for row in first["results"]] == [1, 2]
    assert [row["position"] for row in second["results"]] == [3]
    assert second["next"] is None


def test_anybody_may_open_a_public_page():
    response = Client().get("/anybody/")

    assert response.status_code == 200
    assert not AccessLogEntry.objects.exists()


def test_pages_show_problems_in_their_own_shell(monkeypatch):
    def shell(request, document, status):
        return HttpResponse(f"<h1>{document['title']}</h1>", status=status)

    monkeypatch.setattr(error_pages, "_render_page", shell)

    response = browser(make.membership()).post("/stale/")

    assert response.content == b"<h1>This was changed in the meantime</h1>"
