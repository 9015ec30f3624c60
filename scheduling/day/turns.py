"""Turns at a resource that are still to come, as somebody before is not done."""

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

# Who takes turns at one resource, in order, each with whether it still has or needs it.
Queue = Sequence[tuple[UUID, bool]]


def awaited(known: Iterable[UUID], queues: Sequence[Queue]) -> set[UUID]:
    """Return those known to come and all who come after them, directly or in turn.

    Nobody waits for one who neither has nor needs the resource any more.
    """
    found, before = set(known), -1
    while before < len(found):
        before = len(found)
        for queue in queues:
            found.update(_behind(queue, found))
    return found


def _behind(queue: Queue, found: set[UUID]) -> Iterator[UUID]:
    is_kept = False
    for visit_id, needs_it in queue:
        if is_kept:
            yield visit_id
        is_kept = is_kept or (needs_it and visit_id in found)
