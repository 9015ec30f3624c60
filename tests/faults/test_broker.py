"""The broker freezes, dies, forgets or is full (F5), or nobody serves it (F8, F9)."""

import socket
import statistics
import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from redis import Redis

from config.celery import app
from core import clock
from core.db import unit_of_work
from notifications import tasks
from notifications.models import Message
from notifications.selectors.health import health
from notifications.services import doorbell
from notifications.services.looping import Loop
from notifications.services.sending import send_due
from tests.broker import forget_connections
from tests.factories import clinics as people
from tests.factories import notifications as make
from tests.factories.notifications import NOW
from tests.faults.fake_provider import many
from tests.faults.sizes import size
from tests.faults.test_message_sender import eventually
from tools.local import valkey

MESSAGES = size(300, 1000)
PATIENCE = size(60, 600)


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
def book(committed_db):
    """`book()` books the next hour over REST: how long the answer took."""
    clock.set_to(NOW)
    place = unit_of_work(make.office)
    bearer = people.api_key(people.membership("coordinator", at=place.clinic))
    hours = iter(range(100))

    def book():
        who = unit_of_work(partial(make.patient, place))
        days, hour = divmod(next(hours), 8)
        start = make.VISIT + timedelta(days=days, hours=hour)
        asked = {
            "patient": str(who.pk),
            "visit_type": "consultation",
            "start": start.isoformat(),
        }
        began = time.perf_counter()
        answer = Client().post(
            "/api/v1/appointments/",
            asked,
            content_type="application/json",
            headers={
                "Authorization": f"Bearer {bearer}",
                "Idempotency-Key": str(who.pk),
            },
        )
        took = time.perf_counter() - began
        assert answer.status_code == 201, answer.content
        return took

    return book


@pytest.fixture
def frozen():
    """A server that accepts and never answers, as a stopped Redis does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def test_with_a_frozen_broker_a_booking_answers_within_a_second_of_its_usual_time(
    book, wire, frozen
):
    with valkey.running("broker") as url:
        wire(url)
        book()
        usual = statistics.median(book() for _ in range(3))
    wire(frozen)

    first, *others = (book() for _ in range(3))

    assert first < usual + 1
    assert doorbell.breaker.is_open()
    assert max(others) < usual + 1
    assert Message.objects.filter(kind="confirmation").count() == 7
    assert send_due(as_of=NOW + make.HOUR).sent == 7


def test_a_broker_that_is_flushed_full_or_killed_costs_no_booking_and_no_message(
    book, wire
):
    with valkey.running("broker") as url, Redis.from_url(url) as server:
        wire(url)
        book()
        server.flushall()
        book()
        assert server.llen("crestpath:celery") == 1
        server.config_set("maxmemory", "1")
        server.config_set("maxmemory-policy", "noeviction")
        book()
        assert doorbell.breaker.is_open()
    wire(url)

    took = book()

    assert took < 5
    assert doorbell.breaker.is_open()
    assert send_due(as_of=NOW + make.HOUR).sent == 4


def test_three_beats_at_once_send_what_one_would(committed_db):
    clock.set_to(NOW + make.HOUR)
    unit_of_work(partial(many, MESSAGES - 1))
    assert current_app.main == "crestpath"

    def tick():
        try:
            for _ in range(2):
                tasks.send_due()
        finally:
            connection.close()

    beats = [threading.Thread(target=tick) for _ in range(3)]
    for beat in beats:
        beat.start()
    for beat in beats:
        beat.join(PATIENCE)

    rows = Message.objects.filter(kind="confirmation", state="accepted", attempts=1)
    assert rows.count() == MESSAGES
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_mailboxitem")
        assert cursor.fetchone() == (MESSAGES,)


def test_without_beat_and_without_a_worker_the_loop_sends_all_in_seconds(committed_db):
    clock.set_to(NOW - timedelta(seconds=2))
    place, _, _ = unit_of_work(partial(many, MESSAGES - 1))
    stop = threading.Event()
    loop = Loop(every=0.5, say=lambda text: None)
    thread = threading.Thread(target=loop.run, args=[stop])
    thread.start()
    waiting = Message.objects.filter(kind="confirmation").exclude(state="accepted")
    try:
        assert eventually(lambda: not waiting.exists())
    finally:
        stop.set()
        thread.join(PATIENCE)

    figures = health(place.clinic.pk, clock.now()).spans["hour"]
    assert figures.handed == MESSAGES
    assert figures.p99 < timedelta(seconds=5)
