"""Threads with real connections that all do something at once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


def race(rivals: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Start all at once, each in its own thread; what each returned or raised."""
    gate = threading.Barrier(len(rivals))

    def run(rival: Callable[[], T]) -> T | Exception:
        connection.ensure_connection()
        gate.wait(timeout=60)
        try:
            return rival()
        except Exception as error:  # noqa: BLE001  (handed back, and asserted on)
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(rivals)) as pool:
        return list(pool.map(run, rivals))


def deadlocks() -> int:
    """How many this database has had, by PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        (count,) = cursor.fetchone()
    return int(count)
