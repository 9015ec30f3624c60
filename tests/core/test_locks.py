"""Row locks: taken in id order, and announced."""

from collections.abc import Iterator

import pytest

from core import clock, locks
from core.models import IdempotencyKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen() -> Iterator[list[tuple[str, list[int]]]]:
    announced: list[tuple[str, list[int]]] = []

    def observe(label: str, ids: list[int]) -> None:
        announced.append((label, ids))

    locks.observers.append(observe)
    yield announced
    locks.observers.remove(observe)


def test_locks_in_id_order_whatever_order_was_asked_for(
    seen, django_assert_num_queries
):
    for key in "abc":
        IdempotencyKey.objects.create(actor="a", key=key, created_at=clock.real_now())

    with django_assert_num_queries(1) as asked:
        rows = locks.lock(IdempotencyKey.objects.order_by("-key"))

    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    assert "FOR NO KEY UPDATE" in asked.captured_queries[0]["sql"]
    assert seen == [("core.IdempotencyKey", [row.pk for row in rows])]
