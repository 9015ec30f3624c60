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
# A server that does not answer is not asked for longer: somebody waits for us.
ASKS_FOR_SECONDS = 4.0
LOCK_TIMEOUT = "3s"
# Serialization failure, deadlock, lock timeout.
RETRYABLE = frozenset({"40001", "40P01", "55P03"})


class Busy(Exception):
    """The rows stayed locked through every retry; answer 503, try again."""


class Unreachable(Busy):
    """The database was lost before COMMIT, through every retry: nothing was changed."""


class MaybeSaved(Unreachable):
    """The connection was lost at COMMIT: it may have been carried out, or not."""


def unit_of_work(function: Callable[[], T], *, repeatable: bool = True) -> T:
    """Run `function` in one transaction; retry it when the database says so.

    Deadlocks, lock timeouts and lost connections repeat the whole function, at
    most three times; then Busy is raised. What was lost at COMMIT may have been
    saved: it is repeated only if `repeatable`, that is if doing it twice is harmless
    (or prevented by a key), else MaybeSaved is raised at once. Everything else passes
    through and rolls back.
    """
    in_doubt, began = False, time.monotonic()
    for attempt in range(RETRIES + 1):
        try:
            return _once(function)
        except (OperationalError, InterfaceError, MaybeSaved) as error:
            at_commit = isinstance(error, MaybeSaved)
            if not _may_retry() or (at_commit and not repeatable):
                raise
            if not at_commit and not is_retryable(error):
                raise
            in_doubt = in_doubt or at_commit
            if attempt == RETRIES or _took_too_long(error, began):
                raise _given_up(error, in_doubt=in_doubt) from error
            close_old_connections()
            time.sleep(random.uniform(0.02, 0.2))  # noqa: S311
    raise AssertionError("unreachable")


def _given_up(error: Exception, *, in_doubt: bool) -> Busy:
    if in_doubt:
        return MaybeSaved()
    return Unreachable() if is_unreachable(error) else Busy()


def _took_too_long(error: Exception, began: float) -> bool:
    is_lost = isinstance(error, MaybeSaved) or is_unreachable(error)
    return is_lost and time.monotonic() - began > ASKS_FOR_SECONDS


def _once(function: Callable[[], T]) -> T:
    done = False
    try:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            result = function()
            done = True
    except (OperationalError, InterfaceError) as error:
        if done and is_unreachable(error):
            raise MaybeSaved from error
        raise
    return result


def _may_retry() -> bool:
    # Inside a test's own transaction the connection cannot start afresh.
    return not connection.in_atomic_block


def is_retryable(error: BaseException) -> bool:
    """True for faults of the moment: the same work may succeed if repeated."""
    if is_unreachable(error):
        return True
    return isinstance(error, OperationalError) and _state(error) in RETRYABLE


def is_unreachable(error: BaseException) -> bool:
    """True if the database, or the way to it, is gone or has no room for us."""
    if isinstance(error, InterfaceError):
        return True
    return isinstance(error, OperationalError) and is_lost_connection(error)


def is_lost_connection(error: BaseException) -> bool:
    state = _state(error)
    # No SQLSTATE: libpq's own error. 57P0x: the server is shutting down. 08: link.
    # 53xxx: no room: for one more connection, on the disk, in memory.
    return state is None or state.startswith(("57P0", "08", "53"))


def _state(error: BaseException) -> str | None:
    state: str | None = getattr(error.__cause__, "sqlstate", None)
    return state
