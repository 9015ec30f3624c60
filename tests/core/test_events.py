"""Events: told inside the transaction; a subscriber's fault is its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Barrier, Thread, local
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from clinics.models import Membership
from core import clock, events
from core.actor import job
from core.db import unit_of_work
from core.events import Event, publish
from core.journal import entries, record
from core.models import FailedReaction, IdempotencyKey

NOON = datetime(2026, 3, 2, 18, tzinfo=UTC)
rolled_back = pytest.mark.django_db
healed: list[UUID] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class SomethingHappened(Event):
    thing_id: UUID


@pytest.fixture(autouse=True)
def nobody_listens() -> Iterator[None]:
    events._subscribers[SomethingHappened] = []
    healed.clear()
    yield
    del events._subscribers[SomethingHappened]


def happen() -> SomethingHappened:
    return SomethingHappened(thing_id=uuid4(), occurred_at=NOON)


def act(stream: str = "clinic:1") -> None:
    record("clinic.tested", subject=stream, by=job("test"), at=NOON)
    publish(happen())


def leave_a_key(key: str = "k") -> None:
    IdempotencyKey.objects.create(actor="a", key=key, created_at=clock.real_now())


def leave_a_key_on(event: SomethingHappened) -> None:
    leave_a_key(str(event.thing_id))


def fail_with_a_secret(event: SomethingHappened) -> None:
    raise RuntimeError("Ana Testcase, born 1966-04-12")


def dangle(event: SomethingHappened) -> None:
    Membership.objects.create(user_id=10**9, clinic_id=10**9, role="nurse")


def repeat_a_key(event: SomethingHappened) -> None:
    leave_a_key("k")
    leave_a_key("k")


def heal(event: SomethingHappened) -> None:
    if not healed:
        healed.append(event.thing_id)
        raise RuntimeError
    healed.append(event.thing_id)


@rolled_back
def test_tells_a_subscriber_inside_the_transaction():
    told = []
    events.subscribe(SomethingHappened, told.append)
    event = happen()

    publish(event)

    assert told == [event]


@rolled_back
@pytest.mark.parametrize("fault", [fail_with_a_secret, dangle, repeat_a_key])
def test_a_subscribers_fault_leaves_the_act_and_the_other_subscribers_alone(fault):
    for subscriber in (leave_a_key_on, fault):
        events.subscribe(SomethingHappened, subscriber)

    act()

    assert entries("clinic:1").count() == 1
    assert IdempotencyKey.objects.exclude(key="k").count() == 1
    assert not Membership.objects.filter(user_id=10**9).exists()
    assert FailedReaction.objects.get().subscriber.endswith(fault.__name__)


@rolled_back
def test_a_failed_reaction_holds_ids_and_the_place_but_no_words_of_the_error():
    events.subscribe(SomethingHappened, fail_with_a_secret)

    act()

    row = FailedReaction.objects.get()
    assert row.error == "RuntimeError"
    assert row.place.startswith("test_events.py:")
    assert "Testcase" not in f"{row.fields}{row.error}{row.place}{row.event}"


@rolled_back
def test_the_acts_own_dangling_key_is_the_acts():
    events.subscribe(SomethingHappened, leave_a_key_on)

    dangle(happen())

    with pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        publish(happen())
    Membership.objects.filter(user_id=10**9).delete()

    assert not FailedReaction.objects.exists()


def test_a_failed_reaction_is_repeated_with_the_same_event(committed_db):
    events.subscribe(SomethingHappened, heal)
    unit_of_work(act)

    remaining = events.retry_failed()

    assert remaining == 0
    assert healed[0] == healed[1]
    assert FailedReaction.objects.get().resolved_at is not None


def test_a_reaction_that_fails_again_is_counted_and_kept(committed_db):
    events.subscribe(SomethingHappened, fail_with_a_secret)
    unit_of_work(act)

    remaining = events.retry_failed()

    assert remaining == 1
    assert FailedReaction.objects.get().attempts == 2


def test_a_deadlock_in_a_subscriber_repeats_the_whole_act(committed_db):
    """Two acts lock two rows crosswise; PostgreSQL ends one, which starts again."""
    for key in ("left", "right"):
        leave_a_key(key)
    both_hold_one = Barrier(2)
    mine = local()

    def lock_crosswise(event: SomethingHappened) -> None:
        mine.tries += 1
        lock(mine.keys[0])
        if mine.tries == 1:
            both_hold_one.wait(10)
        lock(mine.keys[1])

    events.subscribe(SomethingHappened, lock_crosswise)
    tries = []

    def run(keys: list[str]) -> None:
        mine.keys, mine.tries = keys, 0
        unit_of_work(lambda: act(f"clinic:{keys[0]}"))
        tries.append(mine.tries)
        connection.close()

    crosswise = (["left", "right"], ["right", "left"])
    rivals = [Thread(target=run, args=(keys,)) for keys in crosswise]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(30)

    assert sorted(tries) == [1, 2]
    assert [entries(f"clinic:{side}").count() for side in ("left", "right")] == [1, 1]
    assert not FailedReaction.objects.exists()


def lock(key: str) -> None:
    list(IdempotencyKey.objects.select_for_update().filter(key=key))


@rolled_back
def test_an_operational_error_of_another_kind_is_the_subscribers():
    def meet_a_bad_block(event: SomethingHappened) -> None:
        error = OperationalError("could not read a block")
        error.__cause__ = type("E", (Exception,), {"sqlstate": "58030"})()
        raise error

    events.subscribe(SomethingHappened, meet_a_bad_block)

    act()

    assert FailedReaction.objects.get().error == "OperationalError"
