"""A message that never arrives: the recipient's other channel, else a call."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from core.actor import job
from notifications.domain import states
from notifications.domain.catalogue import KINDS, SMS
from notifications.models import Message
from notifications.selectors import situations
from notifications.services import calls, opt_outs, planning
from patients.services import tasks
from patients.services.row_locks import lock_many


def lock_recipients(message_ids: Collection[UUID]) -> None:
    """Lock whom these messages are for, patients before tasks, each in id order.

    Before the messages themselves: that is the order everywhere.
    """
    rows = Message.objects.filter(pk__in=message_ids)
    about = list(rows.exclude(task=None).values_list("task_id", flat=True))
    people = set(rows.exclude(patient=None).values_list("patient_id", flat=True))
    if about:
        people |= {key for key in tasks.patients_of(about).values() if key is not None}
    lock_many(people)
    if about:
        tasks.lock_tasks(about)


def replace(message: Message, *, now: datetime) -> None:
    """Tell by another channel what `message` was to tell, or ask for a call.

    Once, of all but nudges: `plan` says by which channel. In place of a reminder
    somebody calls only while its visit is ahead. The caller holds the recipient's row,
    and the message is dead or undelivered.
    """
    kind = KINDS.get(message.kind)
    if kind is None or not kind.falls_back:
        return
    situation = situations.load(message.subject)
    planning.apply(situation, now=now)
    if replacing(message).exists():
        return
    if kind.calls_if_lost:
        calls.ask_instead(situation, message, now=now)
    else:
        calls.ask_if_it_matters(situation, message, reason=calls.LOST, now=now)


def replacing(message: Message) -> QuerySet[Message]:
    """Return the rows that tell the same by another channel and may arrive."""
    gone = states.LOST | states.STOPPED
    same = Message.objects.filter(
        subject=message.subject,
        revision=message.revision,
        kind=message.kind,
        occurrence=message.occurrence,
    )
    return same.exclude(channel=message.channel).exclude(state__in=gone)


def keep_opt_out(address: str, *, now: datetime) -> None:
    """Remember that the owner of a number told a provider to send no more texts.

    In a unit of its own: everybody who shares the number is locked.
    """
    opt_outs.stop(address=address, source="provider", by=job("sender"), now=now)


def keep_opt_out_of(message: Message, *, now: datetime) -> None:
    """The same of whoever the last attempt of a text was addressed to."""
    if message.channel != SMS:
        return
    last = message.tries.select_related("contact").order_by("-number").first()
    if last is not None and last.contact is not None:
        keep_opt_out(last.contact.value, now=now)
