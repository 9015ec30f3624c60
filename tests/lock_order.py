"""Watches the order in which each transaction locks rows, and objects.

    with lock_order.watched() as watch:
        …
    assert watch.faults == []

Patients come before resources, and both in id order. What a rolled-back savepoint
had locked is free again, and forgotten here, too.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db.backends.base.base import BaseDatabaseWrapper

from core import locks

PATIENT, RESOURCE = "patients.Patient", "scheduling.Resource"


class Watch:
    """`faults` are in words; `seen` counts the locks by model."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.seen: dict[str, int] = {}
        self._here = threading.local()

    @property
    def _trail(self) -> list[tuple[str, Any]]:
        """Locks and savepoints of this thread's transaction, in order."""
        trail: list[tuple[str, Any]] = self._here.__dict__.setdefault("trail", [])
        return trail

    def locked(self, model: str, ids: list[Any]) -> None:
        self.seen[model] = self.seen.get(model, 0) + 1
        new = [pk for pk in ids if pk not in self._held(model)]
        if model in (PATIENT, RESOURCE):
            self._check(model, new)
        self._trail.append((model, new))

    def _held(self, model: str) -> list[Any]:
        return [pk for name, ids in self._trail if name == model for pk in ids]

    def _check(self, model: str, new: list[Any]) -> None:
        if model == PATIENT and new and self._held(RESOURCE):
            self.faults.append(f"patient {new} locked after resources")
        order = [*self._held(model), *new]
        if new and order != sorted(order):
            self.faults.append(f"{model} locked out of order: {order}")

    def savepoint(self, sid: str) -> None:
        self._trail.append(("savepoint", sid))

    def rolled_back(self, sid: str) -> None:
        if ("savepoint", sid) in self._trail:
            del self._trail[self._trail.index(("savepoint", sid)) :]

    def ended(self) -> None:
        self._trail.clear()


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    base: Any = BaseDatabaseWrapper
    savepoint, back = base._savepoint, base._savepoint_rollback
    commit, rollback = base._commit, base._rollback

    def _savepoint(self: Any, sid: str) -> None:
        savepoint(self, sid)
        watch.savepoint(sid)

    def _savepoint_rollback(self: Any, sid: str) -> None:
        back(self, sid)
        watch.rolled_back(sid)

    def _commit(self: Any) -> None:
        commit(self)
        watch.ended()

    def _rollback(self: Any) -> None:
        rollback(self)
        watch.ended()

    locks.observers.append(watch.locked)
    with patch.multiple(
        base,
        _savepoint=_savepoint,
        _savepoint_rollback=_savepoint_rollback,
        _commit=_commit,
        _rollback=_rollback,
    ):
        try:
            yield watch
        finally:
            locks.observers.remove(watch.locked)
