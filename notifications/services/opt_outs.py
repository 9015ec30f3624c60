"""STOP and START: an address's own word, for every patient who holds it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import journal
from core.actor import Actor
from notifications.models import OptOut
from notifications.selectors.opt_outs import address_hash
from notifications.services.replanning import replan_patient
from patients import selectors as patients
from patients.services.locking import lock_all


@transaction.atomic
def stop(*, phone: str, source: str, by: Actor, now: datetime) -> int:
    """Send no more texts to that number, from this instant; how many patients hold it.

    The patients are locked in id order: one transaction, whoever shares the number.
    """
    holders = _lock_holders(phone)
    OptOut.objects.bulk_create(
        [
            OptOut(
                channel="sms",
                address_hash=address_hash("sms", phone),
                source=source,
                since=now,
            )
        ],
        ignore_conflicts=True,
    )
    return _apply("sms.stopped", holders, source, by=by, now=now)


@transaction.atomic
def start(*, phone: str, source: str, by: Actor, now: datetime) -> int:
    """Send texts to that number again, as far as its holders consent."""
    holders = _lock_holders(phone)
    OptOut.objects.filter(
        channel="sms", address_hash=address_hash("sms", phone), ended_at=None
    ).update(ended_at=now)
    return _apply("sms.started", holders, source, by=by, now=now)


@transaction.atomic
def stop_mail(*, address: str, source: str, by: Actor, now: datetime) -> int:
    """Send no more mail to that address; how many patients hold it."""
    holders = _lock_holders(address, "email")
    hashed = address_hash("email", address)
    OptOut.objects.bulk_create(
        [OptOut(channel="email", address_hash=hashed, source=source, since=now)],
        ignore_conflicts=True,
    )
    return _apply("mail.stopped", holders, source, by=by, now=now)


@transaction.atomic
def start_mail(*, address: str, source: str, by: Actor, now: datetime) -> int:
    """Send mail to that address again, as far as its holders consent."""
    holders = _lock_holders(address, "email")
    OptOut.objects.filter(
        channel="email", address_hash=address_hash("email", address), ended_at=None
    ).update(ended_at=now)
    return _apply("mail.started", holders, source, by=by, now=now)


def _lock_holders(value: str, system: str = "phone") -> list[UUID]:
    ids = list(patients.holders(value, system).values_list("pk", flat=True))
    return [patient.pk for patient in lock_all(ids)]


def _apply(
    name: str, holders: list[UUID], source: str, *, by: Actor, now: datetime
) -> int:
    for patient_id in holders:
        journal.record(
            name,
            subject=f"patient:{patient_id}",
            by=by,
            at=now,
            payload={"source": source},
        )
        replan_patient(patient_id=patient_id, now=now)
    return len(holders)
