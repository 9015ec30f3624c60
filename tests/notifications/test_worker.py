"""A Celery worker with a real Redis-protocol server, and the bell that rings it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from redis import Redis

from config.celery import app
from core import clock
from core.db import unit_of_work
from notifications.models import MailboxItem, Message
from notifications.services import doorbell
from tests.broker import forget_connections
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tests.notifications.conftest import ROOT, environment
from tests.notifications.test_commands import wait_for_mail
from tools.local import valkey

QUEUE = "crestpath:celery"


@pytest.fixture
def wire(monkeypatch):
    """Point the bell at a broker, with a breaker that has not tripped."""

    def to(url):
        monkeypatch.setattr(app.conf, "broker_url", url)
        monkeypatch.setattr(app.conf, "broker_write_url", url)
        monkeypatch.setattr(doorbell, "breaker", doorbell.Breaker())
        forget_connections()
        return url

    yield to
    monkeypatch.undo()
    forget_connections()


@pytest.fixture
def broker(wire):
    """Start a Redis-protocol server of our own: its URL."""
    with valkey.running("notifications") as url:
        yield wire(url)


@pytest.fixture
def worker(committed_db, broker):
    """Start a worker process that waits for the bell."""
    command = ["-A", "config.celery", "worker", "--pool", "solo", "--loglevel", "INFO"]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "celery", *command],
        cwd=ROOT,
        env=environment(REDIS_URL=broker),
        start_new_session=True,
    )
    yield process
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_booking_rings_and_the_worker_delivers(worker):
    clock.set_to(NOW)
    make.committed()

    assert wait_for_mail(90)
    assert MailboxItem.objects.get().body.startswith("Bayou")


def test_the_bell_rings_after_the_commit_and_carries_no_data(committed_db, broker):
    with Redis.from_url(broker) as server:
        unit_of_work(lambda: look_and_book(server))

        (rung,) = [json.loads(text) for text in server.lrange(QUEUE, 0, -1)]

    assert rung["headers"]["task"] == "notifications.tasks.send_due"
    assert rung["headers"]["argsrepr"] == "()"


def look_and_book(server):
    make.booked()
    assert server.llen(QUEUE) == 0


@pytest.fixture
def frozen_broker(wire):
    """A server that accepts and never answers, as a stopped Redis does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield wire(f"redis://127.0.0.1:{listener.getsockname()[1]}/0")


def test_a_frozen_broker_costs_seconds_once_and_no_booking(committed_db, frozen_broker):
    began = time.monotonic()
    make.committed()
    took = time.monotonic() - began

    began = time.monotonic()
    doorbell.ring()
    again = time.monotonic() - began

    assert Message.objects.filter(state="scheduled").count() == 2
    assert doorbell.breaker.is_open()
    assert took < 20
    assert again < 0.1


def test_a_dead_broker_trips_the_breaker(wire):
    wire(f"redis://127.0.0.1:{valkey.free_port()}/0")

    doorbell.ring()

    assert doorbell.breaker.is_open()


def test_every_process_rings_the_configured_app(child):
    code = """
import sys
from celery import current_app
sys.exit(current_app.main != "crestpath")
"""
    assert child(code) == 0
