"""Stop and resume sending, for one provider or for all."""

from datetime import datetime

from django.db import transaction

from clinics import selectors as clinics
from core import journal
from core.actor import Actor
from notifications.models import ClockReading, ProviderState, SendingInstance
from notifications.selectors.providers import database, instance_name


@transaction.atomic
def pause(
    *, provider: str = ProviderState.ALL, reason: str, by: Actor, now: datetime
) -> None:
    """Send nothing by `provider` until it is resumed; planning goes on."""
    ProviderState.objects.update_or_create(
        provider=provider,
        defaults={"paused_at": now, "paused_by": str(by), "pause_reason": reason},
    )
    _record("sending.paused", provider, by=by, now=now)


@transaction.atomic
def resume(*, provider: str = ProviderState.ALL, by: Actor, now: datetime) -> None:
    """Send by `provider` again; what became too late meanwhile expires."""
    ProviderState.objects.filter(provider=provider).update(
        paused_at=None, paused_by="", pause_reason="", blocked_until=None
    )
    if provider == ProviderState.ALL:
        # Whoever resumes has looked at the clock; it is compared anew from here on.
        ClockReading.objects.all().delete()
    _record("sending.resumed", provider, by=by, now=now)


@transaction.atomic
def adopt(*, by: Actor, now: datetime) -> str:
    """Make this installation the one that sends from this database; its name."""
    name = instance_name()
    if name:
        SendingInstance.objects.update_or_create(
            id=1, defaults={"name": name, "database": database(), "since": now}
        )
        _record("sending.adopted", name, by=by, now=now)
    return name


def _record(name: str, what: str, *, by: Actor, now: datetime) -> None:
    # Sending belongs to the installation, so every clinic's stream tells of it.
    for clinic in clinics.clinics():
        stream = f"clinic:{clinic.pk}"
        journal.record(name, subject=stream, by=by, at=now, payload={"what": what})
