"""STOP and START: an address's own word, for every patient who holds it.

Whose STOP it is: the address's, not a person's. Two people who share a number share
what may be sent to it (ADR 19).
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import journal
from core.actor import Actor
from core.problems import FieldError, Invalid
from notifications.domain import catalogue, replies
from notifications.models import OptOut
from notifications.selectors import inbox
from notifications.selectors.opt_outs import address_hash
from notifications.services.planning import replan
from notifications.services.replanning import replan_patient
from patients import selectors as patients
from patients.services.row_locks import lock_all

SYSTEMS = patients.SYSTEM_OF
ACTS = {
    ("sms", "stopped"): "sms.stopped",
    ("sms", "started"): "sms.started",
    ("email", "stopped"): "email.stopped",
    ("email", "started"): "email.started",
}


@transaction.atomic
def stop(
    *,
    address: str,
    source: str,
    scope: str = replies.ALL,
    channel: str = catalogue.SMS,
    by: Actor,
    now: datetime,
) -> int:
    """Send no more to that number (or mail address), from this instant; how many
    patients hold it.

    `scope` is all, or one purpose. The patients are locked in id order: one
    transaction, whoever shares the number.
    """
    holders = lock_holders(channel, address)
    OptOut.objects.bulk_create(
        [
            OptOut(
                channel=channel,
                address_hash=address_hash(channel, address),
                scope=scope,
                source=source,
                since=now,
            )
        ],
        ignore_conflicts=True,
    )
    return _apply("stopped", channel, address, holders, source, scope, by=by, now=now)


@transaction.atomic
def start(
    *,
    address: str,
    source: str,
    scope: str = replies.ALL,
    channel: str = catalogue.SMS,
    by: Actor,
    now: datetime,
) -> int:
    """Send to that number again, as far as its holders consent.

    With `scope` all, every purpose is open again.
    """
    holders = lock_holders(channel, address)
    standing = OptOut.objects.filter(
        channel=channel, address_hash=address_hash(channel, address), ended_at=None
    )
    if scope != replies.ALL:
        standing = standing.filter(scope=scope)
    standing.update(ended_at=now)
    return _apply("started", channel, address, holders, source, scope, by=by, now=now)


@transaction.atomic
def stop_for(
    *,
    patient_id: UUID,
    clinic_id: int | None = None,
    channel: str,
    scope: str = replies.ALL,
    source: str,
    by: Actor,
    now: datetime,
) -> int:
    """The same for the number or address that a patient has now: a STOP said by
    voice, or chosen on a page. Raises Invalid if they have none."""
    address = _address_of(patient_id, clinic_id, channel)
    return stop(
        address=address, source=source, scope=scope, channel=channel, by=by, now=now
    )


@transaction.atomic
def start_for(
    *,
    patient_id: UUID,
    clinic_id: int | None = None,
    channel: str,
    scope: str = replies.ALL,
    source: str,
    by: Actor,
    now: datetime,
) -> int:
    """Take back what `stop_for` records. Raises Invalid without a number or address."""
    address = _address_of(patient_id, clinic_id, channel)
    return start(
        address=address, source=source, scope=scope, channel=channel, by=by, now=now
    )


def _address_of(patient_id: UUID, clinic_id: int | None, channel: str) -> str:
    # Everybody who shares the address is locked next, in id order with this one.
    patient = patients.patient(patient_id, clinic_id)
    point = patients.contact(patient, channel) if channel in SYSTEMS else None
    if point is None:
        text = "The patient has no number or address there; nothing is sent to it."
        raise Invalid([FieldError("/channel", text)])
    return point.value


def lock_holders(channel: str, address: str) -> list[UUID]:
    """Lock, in id order, all whom a word of this address concerns; who holds it.

    Besides its holders those whose texts from it still wait for an answer.
    """
    rows = patients.holders(address, SYSTEMS[channel])
    holders = set(rows.values_list("pk", flat=True))
    waiting = inbox.with_waiting_answers(address) if channel == catalogue.SMS else []
    others = {row.patient_id for row in waiting if row.patient_id}
    locked = lock_all(holders | others)
    return [patient.pk for patient in locked if patient.pk in holders]


def _apply(
    verb: str,
    channel: str,
    address: str,
    holders: list[UUID],
    source: str,
    scope: str,
    *,
    by: Actor,
    now: datetime,
) -> int:
    for patient_id in holders:
        journal.record(
            ACTS[channel, verb],
            subject=f"patient:{patient_id}",
            by=by,
            at=now,
            payload={"source": source, "scope": scope},
        )
        replan_patient(patient_id=patient_id, now=now)
    if channel == catalogue.SMS:
        kept = catalogue.STOP_CONFIRMED if verb == "stopped" else ""
        _replan_texts(address, kept, now)
    return len(holders)


def _replan_texts(phone: str, kept: str, now: datetime) -> None:
    """Plan anew the answers to texts of that number, known to us or not.

    An automatic answer that has not left is not sent any more, nor after a START:
    what was said since is answered by itself. Only the kind `kept` stays.
    """
    waiting = inbox.with_waiting_answers(phone)
    for row in inbox.lock_texts([row.pk for row in waiting]):
        if row.answers_with not in {"", kept} and not inbox.has_left(row):
            row.answers_with = ""
            row.save(update_fields=["answers_with"])
        replan(subject=f"text:{row.pk}", now=now)
