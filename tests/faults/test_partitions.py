"""The way to the database is cut or stalls (F16), or it has no room for us (F7)."""

import socket
import subprocess
import sys
import threading
from functools import partial

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client

from core.db import unit_of_work
from notifications.models import MailboxItem, Message
from tests.concurrency.test_same_key import body
from tests.conftest import ROOT
from tests.factories import clinics as people
from tests.factories import scheduling as make_visits
from tests.factories.notifications import NOW
from tests.faults.fake_provider import many, time_goes_by
from tests.faults.sizes import size
from tests.faults.test_message_sender import eventually
from tests.notifications.conftest import environment

MESSAGES = size(120, 2000)


class Wire:
    """A TCP port that leads to the database's socket, and can be cut or stalled."""

    def __init__(self, path):
        self.path, self.is_cut, self.pairs = path, False, []
        self.flows = threading.Event()
        self.flows.set()
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self):
        return self.listener.getsockname()[1]

    def _accept(self):
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            if self.is_cut:
                here.close()
                continue
            there = socket.socket(socket.AF_UNIX)
            there.connect(self.path)
            self.pairs.append((here, there))
            for one, other, waits in ((here, there, False), (there, here, True)):
                move = partial(self._move, one, other, waits=waits)
                threading.Thread(target=move, daemon=True).start()

    def _move(self, one, other, *, waits):
        """Answers wait while the wire is stalled: one way is open, the other is not."""
        try:
            while data := one.recv(65536):
                if waits:
                    self.flows.wait(60)
                other.sendall(data)
        except OSError:
            pass
        for side in (one, other):
            side.close()

    def cut(self):
        self.is_cut = True
        for pair in self.pairs:
            for side in pair:
                try:
                    side.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
        self.pairs.clear()

    def heal(self):
        self.is_cut = False

    def close(self):
        self.listener.close()
        self.cut()


@pytest.fixture
def wire(committed_db):
    known = connections["default"].settings_dict
    made = Wire(f"{known['HOST']}/.s.PGSQL.{known['PORT'] or 5432}")
    yield made
    made.close()


@pytest.fixture
def sender(wire):
    """The sender as operators run it, with the wire between it and its database."""
    url = environment()["DATABASE_URL"]
    base, _, _ = url.partition("?")
    command = ["manage.py", "send_due", "--loop", "--every", "0.2"]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", *command, "--as-of", NOW.isoformat()],
        cwd=ROOT,
        env=environment(DATABASE_URL=f"{base}?host=127.0.0.1&port={wire.port}"),
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.terminate()
    process.communicate(timeout=60)


def test_a_sender_cut_off_from_its_database_again_and_again_goes_on(wire, sender):
    pause = threading.Event()
    unit_of_work(partial(many, MESSAGES // 2))
    assert eventually(MailboxItem.objects.exists)
    for _ in range(3):
        wire.cut()
        pause.wait(0.3)
        assert sender.poll() is None
        wire.heal()
        pause.wait(0.3)
    wire.flows.clear()
    pause.wait(1)
    wire.flows.set()
    pages = Message.objects.filter(kind="confirmation").exclude(state="accepted")

    def is_all_sent():
        # What was under way when it was cut waits for its lease, which takes a minute.
        time_goes_by()
        return not pages.exists()

    assert eventually(is_all_sent)

    assert sender.poll() is None
    assert MailboxItem.objects.count() == MESSAGES // 2 + 1
    told = Message.objects.filter(kind="confirmation", state="accepted")
    assert told.count() == MESSAGES // 2 + 1


def test_without_a_free_connection_it_is_503_and_goes_on_by_itself(
    committed_db, owner_connection
):
    at = make_visits.practice({"clinician": 1}, ship=False)
    make_visits.visit_type(at.clinic)
    bearer = people.api_key(people.membership("coordinator", at=at.clinic))
    known = connections["default"].settings_dict
    name, asked = known["NAME"], body(at, 0)

    def ask():
        return Client(raise_request_exception=False).post(
            "/api/v1/appointments/",
            asked,
            content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": "one"},
        )

    connection.close()
    with psycopg.connect(
        host=known["HOST"],
        port=known["PORT"] or None,
        user=known["USER"],
        password=known["PASSWORD"] or None,
        dbname=name,
    ):
        owner_connection.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 1')
        refused = ask()
    owner_connection.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')

    assert (refused.status_code, refused.json()["code"]) == (
        503,
        "database-unavailable",
    )
    assert int(refused["Retry-After"]) > 0
    assert ask().status_code == 201
