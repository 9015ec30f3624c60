"""A write to an address without its last slash is never answered as a GET."""

from uuid import uuid4

import pytest
from django.test import Client

from clinics import checks
from tests.clinics.conftest import api, browser
from tests.factories import clinics as make

pytestmark = pytest.mark.django_db

WRITES = ("post", "put", "patch", "delete", "options")
PROBLEM = "application/problem+json"
FILLED = {
    "uuid": str(uuid4()),
    "int": "1",
    "slug": "x",
    "str": "x",
    "day": "2026-12-01",
}


def rest_paths():
    """Every REST address, with something in its gaps, without the last slash."""
    for one in checks.addresses():
        if one.resource is not None and one.route.endswith("/"):
            parts = one.route.rstrip("/").split("/")
            yield "/" + "/".join(map(filled, parts))


def filled(part):
    kind, colon, _ = part.strip("<>").partition(":")
    return FILLED.get(kind, kind) if colon else part


def test_every_rest_address_keeps_the_method_where_the_slash_is_missing():
    client, paths = api(make.membership("coordinator")), list(rest_paths())

    assert len(paths) > 50
    for path in paths:
        for method in WRITES:
            answer = getattr(client, method)(path)
            assert answer.status_code in (308, 404), (method, path)
            if answer.status_code == 308:
                assert answer["Location"] == f"{path}/"
            else:
                assert answer["Content-Type"] == PROBLEM, path


def test_what_was_sent_arrives_after_all():
    client = api(make.membership("coordinator"))
    asked = {
        "given_name": "Ana",
        "family_name": "Prueba",
        "birth_date": "1970-01-31",
        "phone": "+17135550177",
    }

    answer = client.post(
        "/api/v1/patients", asked, content_type="application/json", follow=True
    )

    assert answer.status_code == 201
    assert answer.redirect_chain == [("/api/v1/patients/", 308)]


@pytest.mark.parametrize(
    "path",
    [
        "//api/v1/patients/",
        "/api//v1/patients/",
        "/api/v1//patients/",
        "/api/v1/patients//",
        "//api/v1/patients",
        "/api/v1/nothing",
        "/api/v1/nothing/",
        "/api",
    ],
)
def test_doubled_slashes_and_no_such_address_are_404_problem_json(path):
    # Given so, or the client would read //api as a host.
    answer = api(make.membership("coordinator")).post("/", PATH_INFO=path)

    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    "path", ["/staff/patients/new", "/account/login", "/enquire/x", "/v/abc"]
)
def test_a_form_sent_without_the_slash_is_sent_on_as_a_form(path):
    client = browser(make.membership("coordinator"))

    sent = client.post(f"{path}?x=1", {"given_name": "Ana"})

    assert (sent.status_code, sent["Location"]) == (308, f"{path}/?x=1")


def test_a_page_asked_for_without_the_slash_is_found_as_ever():
    answer = Client().get("/account/login")

    assert (answer.status_code, answer["Location"]) == (301, "/account/login/")


def test_a_write_sent_by_http_keeps_its_method_on_the_way_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True

    answer = Client().post("/api/v1/patients/", {}, content_type="application/json")

    assert answer.status_code == 308
    assert answer["Location"].startswith("https://")
