"""PostgreSQL stands still, or its disk is full (F7): 503 in words, within seconds."""

import threading
import time

import pytest
from django.conf import settings
from django.db import close_old_connections, connection, connections
from django.test import Client

from core.postgres import patience
from scheduling.models import Appointment
from tests.clinics.conftest import browser
from tests.concurrency.test_same_key import body
from tests.conftest import connect_as
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.faults.conftest import DATABASE
from tests.faults.sizes import size
from tools.local import postgres

LONGEST_SECONDS = 10
# The first waits for an answer, those after it for a connection.
ROUNDS = size(2, 8)


@pytest.fixture
def ours(cluster, server, django_db_setup, django_db_blocker):
    """Django's one alias on the server of our own, which may be frozen."""
    alias = connections["default"]
    before, kept = dict(alias.settings_dict), dict(settings.DATABASES["default"])
    connect_as(cluster.server.url(postgres.APP, DATABASE))
    with django_db_blocker.unblock():
        yield cluster
        cluster.thaw()
        alias.close()
    alias.settings_dict.update(before)
    settings.DATABASES["default"].update(kept)


def office():
    at = make.practice({"clinician": 1}, ship=False)
    make.visit_type(at.clinic)
    return at, people.membership("coordinator", at.clinic)


def asking(at, coordinator):
    headers = {
        "Authorization": f"Bearer {people.api_key(coordinator)}",
        "Idempotency-Key": "one",
    }
    asked = body(at, 0)

    def ask():
        return Client(raise_request_exception=False).post(
            "/api/v1/appointments/",
            asked,
            content_type="application/json",
            headers=headers,
        )

    return ask


def timed(ask):
    began = time.monotonic()
    # As Django does before every request; its test client does not.
    close_old_connections()
    return ask(), time.monotonic() - began


def test_a_frozen_server_is_503_within_ten_seconds_and_all_goes_on_after_it(ours):
    at, coordinator = office()
    ask, client = asking(at, coordinator), browser(coordinator)
    client.raise_request_exception = False
    assert client.get("/staff/today/").status_code == 200

    ours.freeze()
    for _ in range(ROUNDS):
        for one in (ask, lambda: client.get("/staff/today/")):
            answer, seconds = timed(one)
            assert answer.status_code == 503
            assert seconds < LONGEST_SECONDS
            assert int(answer["Retry-After"]) > 0
    ours.thaw()

    assert timed(ask)[0].status_code == 201
    assert Appointment.objects.count() == 1
    assert client.get("/staff/today/").status_code == 200
    assert_that_outside_of_requests_it_is_waited_for(ours)


def assert_that_outside_of_requests_it_is_waited_for(ours):
    """A sender, a migration or a check goes on when it goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        ours.freeze()
        assert patience() is None
        waker = threading.Timer(1, ours.thaw)
        waker.start()
        cursor.execute("SELECT 2")
        assert cursor.fetchone() == (2,)
        waker.join()


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON scheduling_reservation
   FOR EACH ROW EXECUTE FUNCTION full_disk();
"""


def test_a_full_disk_is_503_and_nothing_was_changed(committed_db, owner_connection):
    ask = asking(*office())
    owner_connection.execute(FULL)

    refused = ask()

    assert (refused.status_code, refused.json()["code"]) == (
        503,
        "database-unavailable",
    )
    owner_connection.execute("DROP TRIGGER full_disk ON scheduling_reservation")
    assert Appointment.objects.count() == 0
    assert ask().status_code == 201
