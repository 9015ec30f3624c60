"""May anything leave at present?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models.functions import Now

from notifications.models import ProviderState, SendingInstance

DOWN = "provider_down"


@dataclass(slots=True)
class Door:
    """Whether a provider may be used: `held` says why not, "" if it may.

    `probes`: it is down, and one message may go to see whether it still is.
    """

    held: str = ""
    until: datetime | None = None
    probes: bool = False


def doors(names: Collection[str]) -> dict[str, Door]:
    """Return for each of these providers whether it may be used just now."""
    found = {name: Door() for name in names}
    rows = ProviderState.objects.filter(provider__in=[*names, ProviderState.ALL])
    for row in rows.annotate(real_now=Now()).order_by("provider"):
        for name in names:
            if row.provider in (name, ProviderState.ALL) and not found[name].held:
                found[name] = _door(row)
    return found


def _door(row: ProviderState) -> Door:
    real_now: datetime = row.real_now  # type: ignore[attr-defined]
    if row.paused_at:
        return Door("paused")
    if row.blocked_until and row.blocked_until > real_now:
        return Door("blocked", row.blocked_until)
    if row.down_since and row.probe_at:
        return Door(DOWN, row.probe_at, probes=row.probe_at <= real_now)
    return Door()


def strange_instance() -> str:
    """Return the name this database belongs to, if it is not ours; else "".

    A restored or cloned database would send everything again: it stays silent until
    somebody says `resume_sending`.
    """
    ours = instance_name()
    row = SendingInstance.objects.first()
    return row.name if row and ours and row.name != ours else ""


def instance_name() -> str:
    """Return the name of this installation, "" where none is configured."""
    return str(getattr(settings, "INSTANCE_ID", ""))


def is_paused() -> bool:
    """Return True if all sending is switched off."""
    return ProviderState.objects.filter(
        provider=ProviderState.ALL, paused_at__isnull=False
    ).exists()
