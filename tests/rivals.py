"""Threads with real connections that all do something at once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


def race(rivals: Sequence[Callable[[], T]]) -> list[T | Exception]:
    """Start all at once, each in its own thread; what each returned or raised."""
    return race_in_rounds([partial(_ignoring_the_round, act) for act in rivals], 1)


def _ignoring_the_round(act: Callable[[], T], _: int) -> T:
    return act()


def race_in_rounds(
    rivals: Sequence[Callable[[int], T]], rounds: int
) -> list[T | Exception]:
    """The same rivals meet `rounds` times, each given the number of the round."""
    gate = threading.Barrier(len(rivals))

    def once(rival: Callable[[int], T], number: int) -> T | Exception:
        gate.wait(timeout=60)
        try:
            return rival(number)
        except Exception as error:  # noqa: BLE001  (handed back, and asserted on)
            return error

    def run(rival: Callable[[int], T]) -> list[T | Exception]:
        connection.ensure_connection()
        try:
            return [once(rival, number) for number in range(rounds)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(rivals)) as pool:
        return [one for outcomes in pool.map(run, rivals) for one in outcomes]


def deadlocks() -> int:
    """How many this database has had, by PostgreSQL's own count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        (count,) = cursor.fetchone()
    return int(count)
