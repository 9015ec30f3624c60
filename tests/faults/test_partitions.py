"""The way to the database or to a provider is cut or stalls (F16), or the database has
no room for us (F7)."""

import dataclasses
import socket
import subprocess
import sys
import threading
from functools import partial
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client

from core.db import unit_of_work
from notifications.channels import twilio
from notifications.models import MailboxItem, Message
from notifications.services.checking import faults
from notifications.services.sending import send_due
from tests.concurrency.test_same_key import body
from tests.conftest import ROOT
from tests.factories import clinics as people
from tests.factories import scheduling as make_visits
from tests.factories.notifications import NOW
from tests.faults.fake_provider import many, time_goes_by
from tests.faults.sizes import size
from tests.faults.test_message_sender import eventually
from tests.notifications.conftest import environment
from tests.notifications.texts_set_up import use_providers
from tests.sms_provider import SmsProvider

MESSAGES = size(120, 2000)
TEXTS = size(40, 300)


class Wire:
    """A TCP port that leads to a server's socket, and can be cut, or stalled one way.

    `there` is a path, or a host and a port. `flows` lets answers through, `asks`
    what is asked.
    """

    def __init__(self, there):
        self.there, self.is_cut, self.pairs = there, False, []
        self.flows, self.asks = threading.Event(), threading.Event()
        self.flows.set()
        self.asks.set()
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
            is_path = isinstance(self.there, str)
            there = socket.socket(socket.AF_UNIX if is_path else socket.AF_INET)
            there.connect(self.there)
            self.pairs.append((here, there))
            for one, other, gate in (
                (here, there, self.asks),
                (there, here, self.flows),
            ):
                move = partial(self._move, one, other, gate)
                threading.Thread(target=move, daemon=True).start()

    def _move(self, one, other, gate):
        """Carry on what comes; while the gate is shut it waits."""
        try:
            while data := one.recv(65536):
                gate.wait(60)
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
    # On a busy machine a process takes its time to start.
    assert any(eventually(MailboxItem.objects.exists) for _ in range(4))
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


@pytest.fixture
def line(settings, monkeypatch):
    """Twilio on this machine, and the wire that leads to it."""
    monkeypatch.setattr(twilio, "TIMEOUTS", (3.0, 0.5))
    with SmsProvider("twilio") as provider:
        use_providers(settings, provider)
        made = Wire(("127.0.0.1", urlsplit(provider.url).port))
        there = f"http://127.0.0.1:{made.port}"
        settings.TWILIO = dataclasses.replace(settings.TWILIO, base_url=there)
        yield provider, made
        made.flows.set()
        made.asks.set()
        made.close()


def cut(wire):
    wire.cut()
    return wire.heal


def stall_answers(wire):
    """It takes what we ask and its answers do not come back: one way is open."""
    wire.flows.clear()
    return wire.flows.set


def stall_questions(wire):
    """What is written goes nowhere, and arrives when nobody waits for it any more."""
    wire.asks.clear()
    return lambda: (wire.cut(), wire.asks.set(), wire.heal())


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [cut, stall_answers, stall_questions])
def test_a_provider_behind_a_bad_line_gets_every_text_once(line, fault):
    provider, wire = line
    many(TEXTS - 1)
    heal = fault(wire)
    told: set[str] = set()

    for turn in range(16):
        send_due(as_of=NOW)
        if turn == 3:
            assert Message.objects.exclude(state="delivered").count() > TEXTS
            heal()
        for taken in provider.ledger:
            if taken.name not in told:
                told.add(taken.name)
                assert provider.callback(taken, "delivered").post(Client())
        # What it told is heard before any doubt is over.
        send_due(as_of=NOW, limit=0)
        time_goes_by()

    rows = Message.objects.filter(kind="confirmation")
    assert set(rows.values_list("state", flat=True)) == {"delivered"}
    assert set(provider.copies) == set(rows.values_list("pk", flat=True))
    assert set(provider.copies.values()) == {1}
    assert faults(NOW) == []


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
