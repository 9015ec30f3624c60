"""Events tell: past tense, frozen, ids only, published inside the transaction.

A subscriber runs in its own savepoint and cannot refuse. What it raises becomes a
FailedReaction, which a job repeats; faults of the moment (deadlock, lock timeout,
lost connection) are raised again, so that the whole act is repeated.
"""

import dataclasses
import importlib
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction

from core import clock
from core.db import is_retryable, unit_of_work
from core.models import FailedReaction

log = structlog.get_logger()

ALARM_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened. Fields are ids, numbers, short codes and instants."""

    occurred_at: datetime


Subscriber = Callable[[Any], None]
_subscribers: dict[type[Event], list[Subscriber]] = defaultdict(list)
_repeating: ContextVar[bool] = ContextVar("repeating", default=False)


def subscribe(event_type: type[Event], subscriber: Subscriber) -> None:
    """Call `subscriber` for every event of this type; subscribing twice is once."""
    if subscriber not in _subscribers[event_type]:
        _subscribers[event_type].append(subscriber)


def subscribe_all(table: Iterable[tuple[type[Event], Subscriber]]) -> None:
    for event_type, subscriber in table:
        subscribe(event_type, subscriber)


def is_repeated() -> bool:
    """True in a subscriber that failed before: the act's locks are gone, and what it
    was about may have changed since."""
    return _repeating.get()


def publish(event: Event) -> None:
    """Tell every subscriber, in the caller's transaction."""
    _check_constraints()  # the act's own faults are the act's
    for subscriber in _subscribers[type(event)]:
        _react(subscriber, event)


def _react(subscriber: Subscriber, event: Event) -> None:
    try:
        with transaction.atomic():
            subscriber(event)
            _check_constraints()
    except Exception as error:
        if is_retryable(error):
            raise
        _keep(subscriber, event, error)


def _check_constraints() -> None:
    # Django's foreign keys are deferred and would otherwise fail at COMMIT.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def _keep(subscriber: Subscriber, event: Event, error: Exception) -> None:
    FailedReaction.objects.create(
        event=_path(type(event)),
        fields={name: _to_text(value) for name, value in _fields(event).items()},
        subscriber=_path(subscriber),
        error=type(error).__name__,
        place=place(error),
        failed_at=clock.real_now(),
    )


def retry_failed() -> int:
    """Repeat every failed reaction, each in its own unit of work; how many remain."""
    waiting = FailedReaction.objects.filter(resolved_at=None).order_by("id")
    return sum(not _retry(pk) for pk in waiting.values_list("pk", flat=True))


def _retry(pk: int) -> bool:
    try:
        unit_of_work(lambda: _repeat(pk))
    except Exception as error:  # noqa: BLE001  (it is counted and named, not hidden)
        fault = error
        unit_of_work(lambda: _count(pk, fault))
        return False
    return True


def _repeat(pk: int) -> None:
    row = FailedReaction.objects.get(pk=pk)
    subscriber = _load(row.subscriber)
    was = _repeating.set(True)
    try:
        subscriber(_event(row))
    finally:
        _repeating.reset(was)
    _check_constraints()
    row.resolved_at = row.retried_at = clock.real_now()
    row.save(update_fields=["resolved_at", "retried_at"])


def _count(pk: int, error: Exception) -> None:
    row = FailedReaction.objects.get(pk=pk)
    row.attempts += 1
    row.retried_at = clock.real_now()
    row.error, row.place = type(error).__name__, place(error)
    row.save(update_fields=["attempts", "retried_at", "error", "place"])
    if row.retried_at - row.failed_at > ALARM_AFTER:
        log.error("reaction_keeps_failing", reaction=pk, subscriber=row.subscriber)


def _event(row: FailedReaction) -> Event:
    event_type = _load(row.event)
    values = {name: _from_text(text) for name, text in row.fields.items()}
    event = event_type(**values)
    assert isinstance(event, Event)
    return event


def _fields(event: Event) -> dict[str, Any]:
    return {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}


def _to_text(value: object) -> object:
    if isinstance(value, UUID):
        return {"uuid": str(value)}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    return value


def _from_text(value: Any) -> Any:
    if isinstance(value, dict):
        kind, text = next(iter(value.items()))
        return UUID(text) if kind == "uuid" else datetime.fromisoformat(text)
    return value


def _path(thing: Any) -> str:
    return f"{thing.__module__}:{thing.__qualname__}"


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def place(error: Exception) -> str:
    """File and line of the fault; the message may hold values, so it is left out."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"
