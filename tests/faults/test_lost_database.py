"""The database is lost: during a request, at its COMMIT, or altogether."""

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from scheduling.models import Appointment
from tests.clinics.conftest import browser
from tests.concurrency.test_same_key import body
from tests.factories import clinics as people
from tests.factories import scheduling as make

PROBLEM = "application/problem+json"
KILLS = """
CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
"""
MIDWAY = (
    "CREATE TRIGGER cut AFTER INSERT ON scheduling_appointment EXECUTE FUNCTION cut()"
)
# The access log's row is the last of a unit of work: no check comes before COMMIT.
AT_COMMIT = (
    "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON clinics_accesslogentry"
    " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()"
)


@pytest.fixture
def at(committed_db):
    practice = make.practice({"clinician": 1}, ship=False)
    make.visit_type(practice.clinic)
    return practice


@pytest.fixture
def coordinator(at):
    return people.membership("coordinator", at.clinic)


@pytest.fixture
def ask(at, coordinator):
    bearer, asked = people.api_key(coordinator), body(at, 0)

    def ask(key=""):
        headers = {"Authorization": f"Bearer {bearer}"}
        return Client(raise_request_exception=False).post(
            "/api/v1/appointments/",
            asked,
            content_type="application/json",
            headers=headers | ({"Idempotency-Key": key} if key else {}),
        )

    return ask


@pytest.fixture
def cut(owner_connection):
    """`cut(MIDWAY)` ends the server's side of whoever books; `cut("")` no longer."""
    owner_connection.execute(KILLS)

    def cut(trigger):
        for table in ("scheduling_appointment", "clinics_accesslogentry"):
            owner_connection.execute(f"DROP TRIGGER IF EXISTS cut ON {table}")
        if trigger:
            owner_connection.execute(trigger)

    return cut


@pytest.fixture
def no_answer_to_commit(monkeypatch):
    """The next COMMIT is carried out, and its answer lost."""
    real, lost = BaseDatabaseWrapper._commit, []

    def commit(self):
        real(self)
        if not lost and Appointment.objects.exists():
            lost.append(1)
            self.connection.close()
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit)
    return lost


def test_cut_midway_again_and_again_it_is_503_and_nothing_was_changed(ask, cut):
    cut(MIDWAY)
    answer = ask("one-key")

    assert (answer.status_code, answer["Content-Type"]) == (503, PROBLEM)
    assert answer.json()["code"] == "database-unavailable"
    assert "Nothing was changed" in answer.json()["detail"]
    assert int(answer["Retry-After"]) > 0
    cut("")
    assert Appointment.objects.count() == 0
    assert ask("one-key").status_code == 201


def test_cut_at_commit_it_may_have_been_saved_and_the_key_tells(ask, cut):
    cut(AT_COMMIT)
    answer = ask("one-key")

    assert (answer.status_code, answer["Content-Type"]) == (503, PROBLEM)
    assert answer.json()["code"] == "maybe-saved"
    assert "again with the same key" in answer.json()["detail"]
    assert int(answer["Retry-After"]) > 0
    cut("")
    assert ask("one-key").status_code == 201
    assert Appointment.objects.count() == 1


def test_without_a_key_a_commit_without_an_answer_is_not_done_again(
    ask, no_answer_to_commit
):
    answer = ask()

    assert no_answer_to_commit
    assert (answer.status_code, answer.json()["code"]) == (503, "maybe-saved")
    assert "Look whether it is there" in answer.json()["detail"]
    assert Appointment.objects.count() == 1


def test_with_a_key_a_commit_without_an_answer_is_answered_after_all(
    ask, no_answer_to_commit
):
    answer = ask("one-key")

    assert no_answer_to_commit
    assert answer.status_code == 201
    assert [str(pk) for pk in Appointment.objects.values_list("pk", flat=True)] == [
        answer.json()["id"]
    ]


@pytest.fixture
def stopped(monkeypatch):
    """`stopped()`: from here on nobody listens where the database was."""
    settings = connections["default"].settings_dict
    before = settings["HOST"], settings["PORT"]

    def stop():
        connection.close()
        settings["HOST"], settings["PORT"] = "127.0.0.1", "1"

    yield stop
    connection.close()
    settings["HOST"], settings["PORT"] = before


WRONG = {"login": "a@example.org", "password": "x"}


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("get", "/staff/today/", {}),
        ("post", "/staff/patients/new/", {"idempotency_key": "k"}),
        ("get", "/account/password/change/", {}),
        ("post", "/account/login/", WRONG),
        ("post", "/account/password/reset/", {"email": "a@example.org"}),
        ("get", "/enquire/", {}),
        ("get", "/v/AAAAAAAAAAAAAAAAAAAAAA/", {}),
        ("post", "/v/AAAAAAAAAAAAAAAAAAAAAA/", {"birth_month": "1"}),
        ("get", "/api/v1/patients/", {}),
        ("post", "/api/v1/appointments/", {}),
        ("delete", "/api/v1/holds/5f0e7c1e-0000-4000-8000-000000000001/", {}),
    ],
)
def test_with_the_server_stopped_every_way_in_is_503_in_words(
    coordinator, stopped, method, path, given
):
    client = browser(coordinator)
    client.raise_request_exception = False
    client.defaults["HTTP_AUTHORIZATION"] = "Bearer cp_00000000_x"
    stopped()

    answer = getattr(client, method)(path, given)

    text = answer.content.decode()
    assert answer.status_code == 503, text
    assert int(answer["Retry-After"]) > 0
    assert "Something went wrong here" not in text
    if path.startswith("/api/"):
        assert answer["Content-Type"] == PROBLEM
        assert answer.json()["code"] == "database-unavailable"
    else:
        assert "<h1>" in text
        assert "database" in text


def test_as_soon_as_it_is_back_all_goes_on(ask, stopped):
    settings = connections["default"].settings_dict
    before = settings["HOST"], settings["PORT"]
    stopped()
    assert ask("one-key").status_code == 503

    settings["HOST"], settings["PORT"] = before

    assert ask("one-key").status_code == 201
