"""Faults outside of our views: still told in our words, and never a bare 500."""

import logging

import pytest
from django.test import Client

from clinics.web import error_pages
from core.models import JournalEntry
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make

pytestmark = pytest.mark.django_db

PROBLEM = "application/problem+json"


def patiently():
    """A client that shows us the 500 instead of raising what caused it."""
    return Client(raise_request_exception=False)


def post(client, **body):
    return client.post("/api/v1/patients/", body, content_type="application/json")


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("state", ["23514", "23P01", "23505"])
def test_a_guard_of_the_database_is_a_409_that_changes_nothing(state, caplog):
    answer = post(api(make.membership()), guard=state)

    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    assert answer.json()["code"] == "refused-by-database"
    assert not JournalEntry.objects.filter(name="clinic.marked").exists()
    [entry] = [r for r in caplog.records if r.message == "refused by the database"]
    assert (entry.sqlstate, entry.constraint) == (state, "one_of_ours")
    assert entry.exc_info is None
    assert b"Juarez" not in answer.content
    assert not any(
        "Juarez" in str(vars(r)) for r in caplog.records if r.name != "django.db"
    )


@pytest.mark.usefixtures("site")
def test_a_guard_of_the_database_is_a_page_in_words():
    answer = browser(make.membership()).post("/guarded/")

    assert answer.status_code == 409
    assert "against what is on record" in answer.content.decode()
    assert not JournalEntry.objects.filter(name="clinic.marked").exists()


@pytest.mark.usefixtures("site")
def test_a_missing_value_is_our_own_mistake_and_stays_one():
    client = api(make.membership())
    client.raise_request_exception = False

    assert post(client, guard="23502").status_code == 500


FAULTS = [
    ("suspicious", 400, "bad-request"),
    ("forbidding", 403, "forbidden"),
    ("nonsense", 404, "not-found"),
    ("broken", 500, "internal-error"),
]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("name", "status", "code"), FAULTS)
def test_faults_under_api_are_problem_json(name, status, code):
    answer = patiently().get(f"/api/{name}/")

    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM)
    assert (answer.json()["code"], answer.json()["status"]) == (code, status)
    assert b"Juarez" not in answer.content


@pytest.mark.parametrize(("name", "status", "code"), FAULTS)
def test_faults_elsewhere_are_a_page_in_our_own_frame(settings, name, status, code):
    settings.ROOT_URLCONF = "tests.clinics.site"

    answer = patiently().get(f"/{name}/")

    assert answer.status_code == status
    assert "pages/problem.html" in [template.name for template in answer.templates]
    assert "Back to the start" in answer.content.decode()


def test_a_frame_that_breaks_too_leaves_plain_words(settings, monkeypatch, caplog):
    def frame(request, document, status):
        raise RuntimeError("Juarez")

    settings.ROOT_URLCONF = "tests.clinics.site"
    monkeypatch.setattr(error_pages, "_render_page", frame)

    with caplog.at_level(logging.ERROR, logger="clinics"):
        answer = patiently().get("/broken/")

    assert answer.status_code == 500
    assert answer.content.startswith(b"Something went wrong here")
    assert [r.fault for r in caplog.records if r.name == "clinics.web.error_views"] == [
        "RuntimeError"
    ]


def test_a_form_of_another_site_is_told_to_load_the_page_again():
    strict = browser(make.membership(), enforce_csrf_checks=True)

    answer = strict.post("/account/reauthenticate/", {"password": "x"})

    assert answer.status_code == 403
    assert "too old to be sent" in answer.content.decode()


@pytest.mark.usefixtures("site")
def test_a_method_an_address_does_not_take_is_a_405_that_names_those_it_does():
    answer = api(make.membership()).delete("/api/v1/patients/")

    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST")
    assert answer.json()["code"] == "method-not-allowed"
    assert "{" not in answer.json()["title"] + answer.json()["detail"]


@pytest.mark.usefixtures("site")
def test_a_body_that_is_not_json_is_a_415_without_gaps_in_its_words():
    answer = api(make.membership()).post("/api/v1/patients/", {"name": "form"})

    assert answer.status_code == 415
    assert answer.json()["title"].startswith("Send JSON")
    assert "{" not in answer.json()["detail"]


@pytest.mark.usefixtures("site")
def test_a_get_that_writes_is_a_405_that_names_post():
    answer = Client().get("/anybody/?write=1")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
