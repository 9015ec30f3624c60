"""Two acts on two connections, taken step by step through every interleaving.

    with Harness() as harness:
        for order in orders():
            if not harness.knows(order):
                outcome = harness.run((first, second), order)

An act stops before it first locks rows of a table, before its first write, and before
it commits: four points at most. A step lets one act go on to its next point;
an act that PostgreSQL makes wait for the other keeps its steps for later. So a step
for one that waits, or has ended, changes nothing: the order in which it comes later
is taken anyway, and this one is known.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import combinations
from typing import Any

from django.db import connection, connections

from core.db import unit_of_work

POINTS = 4
PATIENCE_SECONDS = 30
_LOCK = re.compile(r'FROM "(\w+)".* FOR (?:NO KEY )?UPDATE', re.DOTALL)
_WRITE = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "scheduling_')
# Every booking clears away what expired holds left; mostly there is nothing.
_CLEARING = re.compile(r'SET "released_at".*"hold_id" IN \(SELECT', re.DOTALL)

Act = Callable[[], Any]


def orders(points: int = POINTS) -> Iterator[tuple[int, ...]]:
    """Every way to mix the steps of act 0 with those of act 1."""
    for firsts in combinations(range(2 * points), points):
        yield tuple(int(step not in firsts) for step in range(2 * points))


class Side:
    """One act on a thread and connection of its own, stopped at its points."""

    def __init__(self, moved: threading.Condition) -> None:
        self._moved = moved
        self._thread = ThreadPoolExecutor(1)
        self._pid = self._thread.submit(_backend).result()

    def begin(self, act: Act) -> None:
        self._steps, self._stopped = 0, False
        self.passed: list[str] = []
        self._done: Future[Any] = self._thread.submit(self._run, act)

    def step(self, count: int = 1) -> None:
        with self._moved:
            self._steps += count
            if self._stopped:
                self._stopped = False
                self._moved.notify_all()

    def can_go_on(self) -> bool:
        with self._moved:
            return self._stopped

    def has_settled(self) -> bool:
        """At a point, at the end, or waiting for the other's locks."""
        with self._moved:
            if self._stopped or self._done.done():
                return True
        return self._is_blocked()

    def outcome(self) -> Any:
        """What the act returned, or the exception it raised."""
        return self._done.result(timeout=PATIENCE_SECONDS)

    def close(self) -> None:
        self._thread.submit(connections.close_all).result()
        self._thread.shutdown()

    def _run(self, act: Act) -> Any:
        commit = connection._commit  # type: ignore[attr-defined]

        def stop_and_commit() -> None:
            self._reach("commit")
            commit()

        connection._commit = stop_and_commit  # type: ignore[attr-defined]
        try:
            with connection.execute_wrapper(self._watch):
                return unit_of_work(act)
        except Exception as error:  # noqa: BLE001  (handed back, and asserted on)
            return error
        finally:
            del connection._commit  # type: ignore[attr-defined]
            with self._moved:
                self._moved.notify_all()

    def _watch(
        self, execute: Any, sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if locks := _LOCK.search(sql):
            self._reach(f"lock {locks[1]}")
        elif _WRITE.match(sql) and not _CLEARING.search(sql):
            self._reach("write")
        return execute(sql, params, many, context)

    def _reach(self, point: str) -> None:
        # More writes, or the same rows again, are no new point.
        if point in self.passed:
            return
        self.passed.append(point)
        if len(self.passed) <= POINTS:
            self._wait()

    def _wait(self) -> None:
        with self._moved:
            while not self._steps:
                self._stopped = True
                self._moved.notify_all()
                if not self._moved.wait(PATIENCE_SECONDS):
                    raise TimeoutError("nobody let this act go on")
            self._stopped = False
            self._steps -= 1

    def _is_blocked(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [self._pid])
            return bool(cursor.fetchone()[0])


class Harness:
    def __init__(self) -> None:
        self._moved = threading.Condition()
        self.sides = (Side(self._moved), Side(self._moved))
        self._idle: set[tuple[int, ...]] = set()

    def __enter__(self) -> "Harness":
        return self

    def __exit__(self, *_: object) -> None:
        for side in self.sides:
            side.close()

    def run(self, acts: Sequence[Act], order: Sequence[int]) -> tuple[Any, Any]:
        """What the two acts came to when their steps were taken in this order."""
        for side, act in zip(self.sides, acts, strict=True):
            side.begin(act)
        self._settle()
        for number, which in enumerate(order, start=1):
            if not self.sides[which].can_go_on():
                self._idle.add(tuple(order[:number]))
            self.sides[which].step()
            self._settle()
        for side in self.sides:
            side.step(POINTS)
        one, other = self.sides
        return one.outcome(), other.outcome()

    def knows(self, order: Sequence[int]) -> bool:
        """Whether one of its steps is known to change nothing."""
        return any(tuple(order[:n]) in self._idle for n in range(1, len(order) + 1))

    @property
    def passed(self) -> list[list[str]]:
        """The points of either act, in order."""
        return [side.passed for side in self.sides]

    def _settle(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._have_settled():
            if time.monotonic() > end:
                raise TimeoutError("the acts neither stop nor wait for each other")
            with self._moved:
                self._moved.wait(0.003)

    def _have_settled(self) -> bool:
        # Asked twice: the first may have been let go while we asked about the second.
        return all(side.has_settled() for _ in range(2) for side in self.sides)


def _backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: int = cursor.fetchone()[0]
    return pid
