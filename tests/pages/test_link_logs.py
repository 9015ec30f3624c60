"""A link's token reaches no log, whatever happens to whoever opens it."""

import logging
import warnings
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from django.urls.resolvers import URLPattern
from gunicorn.config import Config
from gunicorn.glogging import Logger

from config import logs
from pages.patient import entry
from patients.services import links
from tests.pages.by_link import visit_by_link

pytestmark = pytest.mark.django_db


class Kept(logging.Handler):
    """All that any handler could write: the text, and every field of the record."""

    def __init__(self):
        super().__init__(level=logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(f"{self.format(record)} {vars(record)!r}")


@pytest.fixture
def kept():
    handler, root = Kept(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
def holder():
    return visit_by_link()[0]


@pytest.fixture
def token(holder):
    return links.token(holder.link)


def patiently(**extra):
    return Client(raise_request_exception=False, **extra)


def failing(error):
    def view(request, token):
        raise error(f"nothing at /v/{token}/, nor at v/{token}")

    return view


def wrong_date(holder, **_):
    return holder.prove(date(1950, 1, 1))


def half_a_date(holder, **_):
    return holder.browser.post(holder.address, {"birth_month": "1"})


def locked(holder, **_):
    for _ in range(5):
        answer = holder.prove(date(1950, 1, 1))
    return answer


def unknown(token, **_):
    return Client().get(f"/v/{token[::-1]}/")


def cut_short(token, **_):
    return Client().get(f"/v/{token[:-4]}/")


def in_capitals(token, **_):
    return Client().get(f"/V/{token}/")


def doubled_slash(token, **_):
    return Client().get(f"/v//{token}/")


def without_v(token, **_):
    return Client().get(f"/{token}/")


def below_another(token, **_):
    return Client().get(f"/enquire/{token}/")


def without_slash(holder, **_):
    return Client().post(holder.address.rstrip("/"), {"birth_month": "1"})


def of_another_site(holder, **_):
    strict = Client(enforce_csrf_checks=True)
    return strict.post(holder.address, {"birth_month": "1"})


def of_another_site_over_https(holder, token, **_):
    strict = Client(enforce_csrf_checks=True)
    return strict.post(
        holder.address, {}, secure=True, HTTP_REFERER=f"https://evil.example/v/{token}/"
    )


def of_another_host(holder, **_):
    return Client().get(holder.address, HTTP_HOST="evil.example")


def a_broken_form(holder, **_):
    kind = "multipart/form-data"
    return Client().post(holder.address, b"\xff", content_type=kind)


def after_sign_in(token, **_):
    return Client().get(f"/nothing-here/?next=%2Fv%2F{token}%2F")


REFUSALS = [
    (wrong_date, 403),
    (half_a_date, 422),
    (locked, 403),
    (unknown, 404),
    (cut_short, 404),
    (in_capitals, 404),
    (doubled_slash, 404),
    (without_v, 404),
    (below_another, 404),
    (without_slash, 308),
    (of_another_site, 403),
    (of_another_site_over_https, 403),
    (of_another_host, 400),
    (a_broken_form, 400),
    (after_sign_in, 404),
]


@pytest.mark.parametrize(("refused", "status"), REFUSALS)
def test_no_refusal_logs_the_token(refused, status, holder, token, kept):
    kept.lines.clear()  # the link was issued just now

    answer = refused(holder=holder, token=token)

    assert answer.status_code == status
    assert not [line for line in kept.lines if token in line or token[:-4] in line]
    assert not [line for line in kept.lines if token[::-1] in line]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RuntimeError, 500),
        (PermissionDenied, 403),
        (SuspiciousOperation, 400),
        (OperationalError, 503),
    ],
)
def test_no_failure_logs_the_token(error, status, holder, token, kept, monkeypatch):
    monkeypatch.setattr(
        "django.urls.resolvers.URLPattern.resolve", _resolving(failing(error))
    )

    answer = patiently().get(holder.address)

    assert answer.status_code == status
    assert not [line for line in kept.lines if token in line]


def _resolving(view):
    real = URLPattern.resolve

    def resolve(self, path):
        match = real(self, path)
        if match and match.func is entry.entry:
            match.func = view
        return match

    return resolve


def test_what_happens_is_still_told(holder, token, kept):
    wrong_date(holder)

    assert any("Forbidden: /v/…/" in line for line in kept.lines)


def test_gunicorn_logs_no_token_neither_in_address_query_nor_referer(token, kept):
    config = Config()
    config.set("accesslog", "-")
    config.set(
        "access_log_format", config.access_log_format + " %(U)s %(q)s %({referer}i)s"
    )
    logger = Logger(config)
    logger.access_log.propagate = True
    answer = SimpleNamespace(status="403 Forbidden", sent=1, headers=[])
    request = SimpleNamespace(
        headers=[("REFERER", f"https://clinic.example.org/v/{token}/")]
    )
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/v/{token}/?next=%2Fv%2F{token}",
        "PATH_INFO": f"/v/{token}/",
        "QUERY_STRING": f"next=%2Fv%2F{token}",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://clinic.example.org/v/{token}/",
    }

    logger.access(answer, request, environ, timedelta(seconds=1))

    [line] = [line for line in kept.lines if "gunicorn.access" in line]
    assert "/v/…/" in line
    assert token not in line


@pytest.mark.filterwarnings("default")
def test_a_warning_is_a_record_without_the_token(token, kept):
    logging.captureWarnings(capture=True)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging._showwarning(
            UserWarning(f"odd address /v/{token}/"), UserWarning, "x.py", 1
        )

    assert any("odd address /v/…/" in line for line in kept.lines)


def test_records_of_any_make_are_masked(token, kept):
    log = logging.getLogger("somebody.elses")
    path = f"/v/{token}/"

    log.info("at %s", path)
    log.info({"path": path})
    log.info("%(path)s", {"path": path})
    log.info("with an extra", extra={"path": path})
    log.info(ValueError(path))
    try:
        failing(ValueError)(None, token)
    except ValueError as error:
        error.__cause__ = KeyError(path)
        log.exception("failed")

    assert len(kept.lines) == 6
    assert not [line for line in kept.lines if token in line]


@pytest.mark.parametrize(
    "text",
    [
        "/v/visit/",
        "/v/visit/told/yes/",
        "/v/check-in/3/",
        "/v/offer/?lang=es",
        "GET /api/v1/patients/5f0e7c1e-0000-4000-8000-000000000001/",
        "/staff/patients/5f0e7c1e-0000-4000-8000-000000000001/",
        "csv/letter.txt",
        f"at {datetime(2026, 12, 1, tzinfo=UTC)}",
    ],
)
def test_what_is_no_token_stays_readable(text):
    assert logs.masked(text) == text


def test_the_token_in_the_way_to_stop_is_masked_and_the_page_is_not(token):
    assert token not in logs.masked(f"GET /v/{token}/preferences/ 200")
    assert logs.masked("GET /v/preferences/ 200") == "GET /v/preferences/ 200"
