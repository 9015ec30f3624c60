"""The unit of work: one durable transaction, entered once, at the edge."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)

T = TypeVar("T")

RETRIES = 3
LOCK_TIMEOUT = "3s"
# Serialization failure, deadlock, lock timeout.
RETRYABLE = frozenset({"40001", "40P01", "55P03"})


class Busy(Exception):
    """The rows stayed locked through every retry; answer 503, try again."""


def unit_of_work(function: Callable[[], T]) -> T:
    """Run `function` in one transaction; retry it when the database says so.

    Deadlocks, lock timeouts and lost connections repeat the whole function, at
    most three times; then Busy is raised. Everything else passes through and
    rolls back.
    """
    for attempt in range(RETRIES + 1):
        try:
            return _once(function)
        except (OperationalError, InterfaceError) as error:
            if not is_retryable(error) or not _may_retry():
                raise
            if attempt == RETRIES:
                raise Busy from error
            close_old_connections()
            time.sleep(random.uniform(0.02, 0.2))  # noqa: S311
    raise AssertionError("unreachable")


def _once(function: Callable[[], T]) -> T:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        return function()


def _may_retry() -> bool:
    # Inside a test's own transaction the connection cannot start afresh.
    return not connection.in_atomic_block


def is_retryable(error: BaseException) -> bool:
    """True for faults of the moment: the same work may succeed if repeated."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state in RETRYABLE or is_lost_connection(error)


def is_lost_connection(error: BaseException) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    # No SQLSTATE: libpq's own error. 57P0x: the server is shutting down. 08: link.
    return state is None or state.startswith(("57P0", "08"))
