"""Two acts on two connections, taken step by step through every interleaving.

    with Harness() as harness:
        for order in harness.orders():
            outcome = harness.run((first, second), order)

An act stops before it first locks the patient or rows of one of our tables, before
it reserves time (and before a write that comes earlier, or instead), and before it
commits. A step lets one act go on to its next point; one that PostgreSQL makes wait
for the other has none to take. `orders` follows every choice there was: wherever
both acts could go on, each does first.
"""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

from core.db import unit_of_work

PATIENCE_SECONDS = 30
_LOCK = re.compile(
    r'FROM "(patients_patient|scheduling_\w+)".* FOR (?:NO KEY )?UPDATE', re.DOTALL
)
_WRITE = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?scheduling_')
_RESERVE = re.compile(r'^\s*INSERT INTO\s+"?scheduling_reservation\b')
# Every booking clears away what expired holds left; mostly there is nothing.
_CLEARING = re.compile(r'SET "released_at".*"hold_id" IN \(SELECT', re.DOTALL)

Act = Callable[[], Any]


class Side:
    """One act on a thread and connection of its own, stopped at its points."""

    def __init__(self, moved: threading.Condition) -> None:
        self._moved = moved
        self._thread = ThreadPoolExecutor(1)
        self._pid = self._thread.submit(_backend).result()

    def begin(self, act: Act) -> None:
        self._steps, self._stopped, self._free = 0, False, False
        self.passed: list[str] = []
        self._done: Future[Any] = self._thread.submit(self._run, act)

    def step(self) -> None:
        with self._moved:
            self._steps += 1
            self._stopped = False
            self._moved.notify_all()

    def go_on_to_the_end(self) -> None:
        with self._moved:
            self._free = True
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
        elif _RESERVE.match(sql):
            self._reach("reserve")
        elif _WRITE.match(sql) and not _CLEARING.search(sql):
            self._reach("write")
        return execute(sql, params, many, context)

    def _reach(self, point: str) -> None:
        # More writes, or the same rows again, are no new point.
        if point in self.passed or (point == "write" and "reserve" in self.passed):
            return
        self.passed.append(point)
        self._wait()

    def _wait(self) -> None:
        with self._moved:
            while not self._steps and not self._free:
                self._stopped = True
                self._moved.notify_all()
                if not self._moved.wait(PATIENCE_SECONDS):
                    raise TimeoutError("nobody let this act go on")
            self._stopped = False
            self._steps = 0

    def _is_blocked(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [self._pid])
            return bool(cursor.fetchone()[0])


class Harness:
    def __init__(self) -> None:
        self._moved = threading.Condition()
        self.sides = (Side(self._moved), Side(self._moved))
        self._to_come: list[list[int]] = []

    def __enter__(self) -> "Harness":
        return self

    def __exit__(self, *_: object) -> None:
        for side in self.sides:
            side.close()

    def orders(self) -> Iterator[list[int]]:
        """How each run is to begin; `run` adds the choices that it left open."""
        self._to_come = [[]]
        while self._to_come:
            yield self._to_come.pop()

    def run(self, acts: Sequence[Act], order: Sequence[int]) -> tuple[Any, Any]:
        """What the two acts came to when their first steps were taken in this order.

        Then whoever can goes on, act 0 before act 1.
        """
        for side, act in zip(self.sides, acts, strict=True):
            side.begin(act)
        self._settle()
        taken: list[int] = []
        while able := [n for n in (0, 1) if self.sides[n].can_go_on()]:
            taken.append(self._choose(able, taken, order))
            self.sides[taken[-1]].step()
            self._settle()
        # Whom a deadlock's end lets go on is nobody's choice any more.
        for side in self.sides:
            side.go_on_to_the_end()
        one, other = self.sides
        return one.outcome(), other.outcome()

    def _choose(self, able: list[int], taken: list[int], order: Sequence[int]) -> int:
        if len(taken) < len(order):
            assert order[len(taken)] in able, (order, taken, self.passed)
            return order[len(taken)]
        if len(able) > 1:
            self._to_come.append([*taken, able[1]])
        return able[0]

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
