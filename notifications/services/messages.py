"""Acts of staff on single messages."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import journal, locks
from core.actor import Actor
from core.problems import NotFound
from core.refusal import Reason, Refused
from notifications.domain import states
from notifications.models import Message
from notifications.services.planning import stop
from patients.services import tasks
from patients.services.row_locks import lock

BY_HAND = "by_hand"


@transaction.atomic
def cancel(
    *, message_id: UUID, clinic_id: int, by: Actor, now: datetime
) -> Message | Refused:
    """Take back a message that has not left; refused, on record, once it has.

    It is not planned again. Raises core.problems.NotFound.
    """
    rows = Message.objects.filter(pk=message_id, clinic_id=clinic_id)
    found = rows.first()
    if found is None:
        raise NotFound("There is no such message at this clinic.")
    if found.task_id is not None:
        tasks.lock_task(found.task_id)
    elif found.patient_id is not None:
        lock(found.patient_id)
    (message,) = locks.lock(rows)
    if message.state not in states.WAITING:
        return _refuse(message, by, now)
    stop(message, states.CANCELLED, BY_HAND)
    _record("message.cancelled", message, by=by, now=now)
    message.refresh_from_db()
    return message


def _refuse(message: Message, by: Actor, now: datetime) -> Refused:
    _record("message.cancel_refused", message, by=by, now=now)
    text = f"This message cannot be taken back: it is {message.state} already."
    return Refused((Reason("message-gone", text),))


def _record(name: str, message: Message, *, by: Actor, now: datetime) -> None:
    journal.record(
        name,
        subject=_stream(message),
        by=by,
        at=now,
        payload={
            "message": message.pk,
            "kind": message.kind,
            "state": message.state,
        },
    )


def _stream(message: Message) -> str:
    if message.patient_id is not None:
        return f"patient:{message.patient_id}"
    if message.user_id is None:
        return f"clinic:{message.clinic_id}"
    return f"user:{message.user_id}"
