"""The unit of work: one durable transaction, repeated when the database says so."""

from threading import Event as Signal
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from core import db
from core.actor import job
from core.idempotency import Answer, KeyReused, answer_once
from core.models import IdempotencyKey

ME = job("test")


def fault(state: str) -> OperationalError:
    error = OperationalError("a fault of the moment")
    error.__cause__ = type("Cause", (Exception,), {"sqlstate": state})()
    return error


class Flaky:
    """Fails `times` times with the SQLSTATE, then answers."""

    def __init__(self, times: int, state: str) -> None:
        self.times, self.state, self.calls = times, state, 0

    def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.times:
            raise fault(self.state)
        return "done"


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"])
def test_repeats_the_whole_act_on_a_fault_of_the_moment(committed_db, state):
    flaky = Flaky(2, state)

    assert db.unit_of_work(flaky) == "done"
    assert flaky.calls == 3


def test_gives_up_after_three_repeats_and_says_busy(committed_db):
    flaky = Flaky(9, "55P03")

    with pytest.raises(db.Busy):
        db.unit_of_work(flaky)
    assert flaky.calls == 4


def test_raises_every_other_fault_at_once(committed_db):
    flaky = Flaky(1, "58030")

    with pytest.raises(OperationalError):
        db.unit_of_work(flaky)
    assert flaky.calls == 1


def test_is_entered_once(committed_db):
    with pytest.raises(RuntimeError, match="durable"):
        db.unit_of_work(lambda: db.unit_of_work(lambda: None))


def test_a_connection_cut_by_the_server_is_opened_again(committed_db):
    calls = []

    def act():
        calls.append(1)
        with connection.cursor() as cursor:
            if len(calls) == 1:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            cursor.execute("SELECT 7")
            return cursor.fetchone()[0]

    assert db.unit_of_work(act) == 7
    assert len(calls) == 2


def once(key="k", body=b"{}", run=lambda: Answer(201, "made")) -> Answer:
    return db.unit_of_work(
        lambda: answer_once(by=ME, key=key, target="POST /things/", body=body, run=run)
    )


def test_the_same_key_and_body_gives_the_same_answer_without_running(committed_db):
    runs = []

    def run() -> Answer:
        runs.append(1)
        return Answer(201, f"made {len(runs)}")

    assert [once(run=run), once(run=run)] == [Answer(201, "made 1")] * 2


def test_the_same_key_with_another_body_is_refused(committed_db):
    once()

    with pytest.raises(KeyReused):
        once(body=b'{"other": 1}')


def test_an_exception_leaves_no_key(committed_db):
    def run() -> Answer:
        raise ValueError("no such thing")

    with pytest.raises(ValueError, match="no such thing"):
        once(run=run)

    assert not IdempotencyKey.objects.exists()


def test_a_rival_with_the_same_key_waits_for_the_first(committed_db):
    inside, go, answers = Signal(), Signal(), []

    def slow() -> Answer:
        inside.set()
        go.wait(5)
        return Answer(201, "first")

    def first() -> None:
        answers.append(once(run=slow))
        connection.close()

    def second() -> None:
        answers.append(once(run=lambda: Answer(201, "second")))
        connection.close()

    one, two = Thread(target=first), Thread(target=second)
    one.start()
    assert inside.wait(5)
    two.start()
    go.set()
    one.join(10), two.join(10)

    assert [a.body for a in answers] == ["first", "first"]


@pytest.mark.django_db
def test_key_rows_are_scoped_by_actor():
    for name in ("one", "two"):
        with transaction.atomic():
            answer_once(
                by=job(name), key="k", target="t", body=b"", run=lambda: Answer(200, "")
            )

    assert IdempotencyKey.objects.count() == 2
