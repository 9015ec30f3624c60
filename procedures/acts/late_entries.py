"""Late entries say why; the reason stays with the records it brought."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from clinics import selectors as clinics
from procedures.context import Context
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import LateEntry

LEAST_REASON = 10
# A correction has a reason of its own; a patient answers when they like.
NEVER_LATE = frozenset({"correct", "respond"})
# The act's own answers that say when it was done.
ENDS = ("end_at", "start_at")


def check(context: Context) -> None:
    """Ask for the reason of a late entry. Raises InvalidData."""
    if not _is_late(context):
        return
    if len(context.late_reason) < LEAST_REASON:
        text = f"say why it is entered late (at least {LEAST_REASON} characters)"
        raise InvalidData([FieldError("/late_reason", text)])
    context.payload["late_reason"] = context.late_reason


def keep(context: Context) -> None:
    """The reason, beside the records entered at this instant."""
    if not _is_late(context):
        return
    LateEntry.objects.create(
        episode=context.episode,
        act=context.act,
        happened_at=happened_at(context),
        recorded_at=context.now,
        recorded_by=str(context.by),
        recorded_by_name=context.by.name,
        reason=context.late_reason[:500],
    )


def _is_late(context: Context) -> bool:
    if context.act in NEVER_LATE:
        return False
    minutes = clinics.clinic(context.episode.clinic_id).late_entry_minutes
    return context.now - happened_at(context) > timedelta(minutes=minutes)


def happened_at(context: Context) -> datetime:
    """The moment it happened: as told with the act, or by its own answers."""
    return min(context.occurred_at, *_told(context.data), context.now)


def _told(data: Any) -> Iterator[datetime]:
    for name in ENDS:
        if data.get(name) is not None:
            yield data[name]
            return
