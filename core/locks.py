"""Row locks, in one order: idempotency key, patient, resources by id, the rest."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

# Called with (model label, locked ids in order) after each lock; tests listen.
observers: list[Callable[[str, list[Any]], None]] = []


def lock(queryset: QuerySet[M], *, skip_locked: bool = False) -> list[M]:
    """Lock the rows FOR NO KEY UPDATE in id order and return them as they are now.

    Rivals queue here; foreign-key checks on the same rows pass. With `skip_locked`
    rows that somebody else holds are left out instead of waited for.
    """
    locking = queryset.order_by("pk").select_for_update(
        no_key=True, of=("self",), skip_locked=skip_locked
    )
    rows = list(locking)
    for observe in observers:
        observe(queryset.model._meta.label, [row.pk for row in rows])
    return rows
