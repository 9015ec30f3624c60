"""Conflicts of visits that are counted from another visit, and no longer fit it.

Scheduling does not know what is counted from what: whoever does opens and settles
them here. The caller holds the patient's row.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core import journal
from core.actor import Actor
from scheduling.models import Conflict

CAUSE = Conflict.Cause.LINKED
FITS_AGAIN = "It fits again."


@transaction.atomic
def open_linked(
    *, appointment_id: UUID, detail: str, by: Actor, now: datetime
) -> Conflict | None:
    """Open the visit's conflict, or put its open one into other words.

    None where someone has decided to keep the visit against these very words.
    """
    current = _open(appointment_id)
    if current is not None:
        Conflict.objects.filter(pk=current.pk).update(detail=detail[:200])
        current.detail = detail[:200]
        return current
    if _is_kept(appointment_id, detail):
        return None
    opened = Conflict.objects.create(
        appointment_id=appointment_id, cause=CAUSE, detail=detail[:200], opened_at=now
    )
    _record("appointment.conflict_opened", opened, by, now)
    return opened


@transaction.atomic
def settle_linked(*, appointment_id: UUID, by: Actor, now: datetime) -> bool:
    """The visit fits again as it is: resolve its open conflict; whether it had one."""
    current = _open(appointment_id)
    if current is None:
        return False
    current.resolved_at = now
    current.resolution = Conflict.Resolution.KEPT
    current.resolution_reason = FITS_AGAIN
    current.resolved_by = str(by)
    current.save(
        update_fields=["resolved_at", "resolution", "resolution_reason", "resolved_by"]
    )
    _record("appointment.conflict_resolved", current, by, now)
    return True


def _of(appointment_id: UUID) -> QuerySet[Conflict]:
    return Conflict.objects.filter(appointment_id=appointment_id, cause=CAUSE)


def _open(appointment_id: UUID) -> Conflict | None:
    return _of(appointment_id).filter(resolved_at=None).first()


def _is_kept(appointment_id: UUID, detail: str) -> bool:
    """True if the last word on the visit was to keep it in spite of this `detail`."""
    last = _of(appointment_id).order_by("-opened_at", "-pk").first()
    return (
        last is not None
        and last.resolution == Conflict.Resolution.KEPT
        and last.resolution_reason != FITS_AGAIN
        and last.detail == detail[:200]
    )


def _record(name: str, conflict: Conflict, by: Actor, now: datetime) -> None:
    journal.record(
        name,
        subject=f"appointment:{conflict.appointment_id}",
        by=by,
        at=now,
        payload={
            "conflict": conflict.pk,
            "cause": conflict.cause,
            "resolution": conflict.resolution,
        },
    )
