"""What every answer says to the browser, and the cookies it sets."""

import os
import subprocess
import sys

import pytest
from django.test import Client

from tests.clinics.conftest import api, browser
from tests.factories import clinics as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

UNSET = {"DEMO", "HTTPS_ONLY", "TRUST_PROXY"}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def every_kind_of_answer():
    nurse = make.membership("nurse")
    page, program = browser(nurse), api(nurse)
    return {
        "page": page.get("/patient/"),
        "public page": Client().get("/anybody/"),
        "sign-in": Client().get("/account/login/"),
        "redirect": Client().get("/patient/"),
        "missing": Client().get("/nothing-here/"),
        "refused": page.post("/form/done/"),
        "data": program.get("/api/v1/patients/"),
        "problem": program.delete("/api/v1/patients/"),
        "unauthenticated": Client().get("/api/v1/patients/"),
    }


def test_every_answer_carries_the_strict_headers():
    for kind, answer in every_kind_of_answer().items():
        policy = set(answer["Content-Security-Policy"].split("; "))
        assert policy == POLICY, kind
        assert answer["Referrer-Policy"] == "same-origin", kind
        assert answer["X-Frame-Options"] == "DENY", kind
        assert answer["X-Content-Type-Options"] == "nosniff", kind
        assert "no-store" in answer["Cache-Control"], kind
        assert answer["X-Request-Id"], kind


def test_a_proxys_request_id_is_kept_and_nonsense_is_not():
    kept = Client().get("/anybody/", headers={"X-Request-Id": "abc-123-def"})
    made = Client().get("/anybody/", headers={"X-Request-Id": "<script>alert(1)"})

    assert kept["X-Request-Id"] == "abc-123-def"
    assert len(made["X-Request-Id"]) == 36


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(settings):
    nurse = make.membership("nurse")
    client = Client()

    client.post(
        "/account/login/", {"login": nurse.user.email, "password": make.PASSWORD}
    )

    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == ""  # gone when the browser closes


def test_production_cookies_are_host_only_and_secure():
    names = (
        "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE"
        " CSRF_COOKIE_SECURE SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS"
    )
    program = "from config import security as s\n" + "\n".join(
        f"print(s.{name})" for name in names.split()
    )
    printed = run_python(program)

    assert printed == [
        "__Host-session",
        "__Host-csrf",
        "True",
        "True",
        "True",
        "31536000",
    ]


def test_a_proxys_word_for_https_is_taken_only_where_it_is_trusted():
    program = (
        "from config import security as s\n"
        "print(*getattr(s, 'SECURE_PROXY_SSL_HEADER', ['nobody']))"
    )

    assert run_python(program) == ["nobody"]
    assert run_python(program, TRUST_PROXY="1") == ["HTTP_X_FORWARDED_PROTO", "https"]


def run_python(program, **variables):
    """What a new process prints that knows of ours these variables only, in words."""
    environment = {k: v for k, v in os.environ.items() if k not in UNSET}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environment | variables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()


def test_the_api_description_names_the_ways_in_and_the_problems():
    schema = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()

    assert set(schema["components"]["securitySchemes"]) == {"ApiKey", "Session"}
    post = schema["paths"]["/api/v1/acts/{act}/"]["post"]
    assert [p["name"] for p in post["parameters"]] == ["Idempotency-Key", "act"]
    assert {"400", "401", "403", "404", "409", "422", "503"} <= set(post["responses"])
