"""A request repeated with its key while the first runs has the first's outcome."""

import threading
from functools import partial

import pytest
from django.db import connections
from django.test import Client

from clinics.models import Membership
from core import db
from core.models import IdempotencyKey
from scheduling.booking import book as booking
from scheduling.models import Appointment
from tests.concurrency.test_same_key import body
from tests.factories import clinics as people
from tests.factories import scheduling as make
from tests.rivals import race

PATIENCE_SECONDS = 20


@pytest.fixture
def at():
    practice = make.practice({"clinician": 1}, ship=False)
    make.visit_type(practice.clinic)
    return practice


@pytest.fixture
def bearer(at):
    return people.api_key(people.membership("coordinator", at.clinic))


@pytest.fixture
def short_waits(monkeypatch):
    monkeypatch.setattr(db, "LOCK_TIMEOUT", "300ms")


def post(bearer, asked, key="one-key", path="/api/v1/appointments/"):
    return Client().post(
        path,
        asked,
        content_type="application/json",
        headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": key},
    )


class Slow:
    """A booking that has booked and does not end until it is let go."""

    def __init__(self, monkeypatch):
        self.booked, self.go = threading.Event(), threading.Event()
        self.calls, self.answer, real = 0, None, booking.book

        def book(**asked):
            self.calls += 1
            made = real(**asked)
            if self.calls == 1:
                self.booked.set()
                assert self.go.wait(PATIENCE_SECONDS)
            return made

        monkeypatch.setattr(booking, "book", book)

    def start(self, act):
        def run():
            try:
                self.answer = act()
            finally:
                connections.close_all()

        self.thread = threading.Thread(target=run)
        self.thread.start()
        assert self.booked.wait(PATIENCE_SECONDS)

    def end(self):
        self.go.set()
        self.thread.join(PATIENCE_SECONDS)
        return self.answer


@pytest.fixture
def slow(monkeypatch):
    return Slow(monkeypatch)


def test_a_repeat_meanwhile_is_in_progress_and_never_refused(
    at, bearer, slow, short_waits
):
    asked = body(at, 0)
    slow.start(partial(post, bearer, asked))

    repeats = [post(bearer, asked) for _ in range(3)]
    first = slow.end()
    later = post(bearer, asked)

    for repeat in repeats:
        assert (repeat.status_code, repeat.json()["code"]) == (409, "in-progress")
        assert int(repeat["Retry-After"]) > 0
    assert (first.status_code, later.status_code) == (201, 201)
    assert first.content == later.content
    assert (slow.calls, Appointment.objects.count()) == (1, 1)


def test_a_repeat_that_waits_long_enough_has_the_firsts_answer(at, bearer, slow):
    asked = body(at, 0)
    slow.start(partial(post, bearer, asked))
    told = []

    def ask():
        told.append(post(bearer, asked))
        connections.close_all()

    waiting = threading.Thread(target=ask)
    waiting.start()
    first = slow.end()
    waiting.join(PATIENCE_SECONDS)

    assert told[0].content == first.content
    assert Appointment.objects.count() == 1


def test_another_body_or_address_with_the_key_is_refused_as_ever(at, bearer, slow):
    asked = body(at, 0)
    slow.start(partial(post, bearer, asked))
    slow.end()

    other_body = post(bearer, body(at, 2))
    other_path = post(bearer, asked, path="/api/v1/holds/")

    assert (other_body.status_code, other_path.status_code) == (422, 422)
    assert other_body.json()["code"] == "idempotency-key-reused"


def test_a_firsts_failure_leaves_the_key_to_the_repeat(
    at, bearer, monkeypatch, short_waits
):
    entered, go, real = threading.Event(), threading.Event(), booking.book
    calls = []

    def book(**asked):
        calls.append(1)
        if len(calls) == 1:
            entered.set()
            assert go.wait(PATIENCE_SECONDS)
            raise RuntimeError("the worker died")
        return real(**asked)

    monkeypatch.setattr(booking, "book", book)
    asked = body(at, 0)

    def first():
        try:
            Client(raise_request_exception=False).post(
                "/api/v1/appointments/",
                asked,
                content_type="application/json",
                headers={"Authorization": f"Bearer {bearer}", "Idempotency-Key": "k"},
            )
        finally:
            connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(PATIENCE_SECONDS)
    assert post(bearer, asked, "k").json()["code"] == "in-progress"
    go.set()
    thread.join(PATIENCE_SECONDS)

    assert post(bearer, asked, "k").status_code == 201


def test_a_key_of_one_clinic_is_another_at_the_next(at):
    """D5: the same person, the same key and body, at two clinics."""
    here = people.membership("coordinator", at.clinic)
    there = Membership.objects.create(
        user=here.user, clinic=people.clinic(), role="coordinator"
    )
    asked = {
        "given_name": "Ana",
        "family_name": "Prueba",
        "birth_date": "1970-01-31",
        "phone": "+17135550177",
    }
    keys = [people.api_key(member) for member in (here, there)]

    answers = race(
        [partial(post, key, asked, path="/api/v1/patients/") for key in keys]
    )

    assert [answer.status_code for answer in answers] == [201, 201]
    ids = [answer.json()["id"] for answer in answers]
    assert len(set(ids)) == 2
    again = [post(key, asked, path="/api/v1/patients/").json()["id"] for key in keys]
    assert again == ids
    clinics = IdempotencyKey.objects.values_list("clinic_id", flat=True)
    assert set(clinics) == {here.clinic_id, there.clinic_id}
