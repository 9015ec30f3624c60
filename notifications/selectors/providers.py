"""May anything leave at present?"""

import os
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from notifications.domain import shares
from notifications.models import (
    AttemptOutcome,
    ProviderEvent,
    ProviderState,
    SendingInstance,
)

log = structlog.get_logger()

DOWN = "provider_down"
# Silence about so many messages in a row is no chance: its reports do not reach us.
SILENT_AFTER = 20
LOOKS_BACK = 500


@dataclass(slots=True)
class Door:
    """A provider and its use: `held` says why it may not be used, "" if it may.

    `probes`: it is down, and one message may go to see whether it still is. `off` are
    the hundredths of its weight that it lacks.
    """

    held: str = ""
    until: datetime | None = None
    probes: bool = False
    off: int = 0


def doors(names: Collection[str]) -> dict[str, Door]:
    """Return for each of these providers whether it may be used just now."""
    found = {name: Door() for name in names}
    rows = ProviderState.objects.filter(provider__in=[*names, ProviderState.ALL])
    for row in rows.annotate(real_now=Now()).order_by("provider"):
        for name in names:
            if row.provider in (name, ProviderState.ALL) and not found[name].held:
                off = found[name].off
                found[name] = _door(row)
                found[name].off = max(found[name].off, off)
    return found


def _door(row: ProviderState) -> Door:
    real_now: datetime = row.real_now  # type: ignore[attr-defined]
    if row.paused_at:
        return Door("paused")
    if row.blocked_until and row.blocked_until > real_now:
        return Door("blocked", row.blocked_until)
    if row.down_since and row.probe_at:
        return Door(DOWN, row.probe_at, probes=row.probe_at <= real_now)
    return Door(off=shares.off_now(row.weight_off, row.weight_off_at, real_now))


def is_talking(name: str, delay: timedelta) -> bool:
    """Return False if the provider has told us of none of the last that it took.

    `delay` is the time it has to tell. One that has taken nothing yet is believed.
    """
    taken = AttemptOutcome.objects.filter(
        outcome=AttemptOutcome.Outcome.ACCEPTED, finished_at__lt=Now() - delay
    ).order_by("-pk")
    looked_at = taken.values_list("attempt__provider", "finished_at")[:LOOKS_BACK]
    since = [at for provider, at in looked_at if provider == name][:SILENT_AFTER]
    if not since:
        return True
    heard = ProviderEvent.objects.filter(provider=name).order_by("-pk")
    last: datetime | None = heard.values_list("received_at", flat=True).first()
    return last is not None and last >= since[-1]


def strange_instance() -> str:
    """Return the name this database belongs to, if it is not ours; else "".

    A restored or cloned database would send everything again: it stays silent until
    somebody says `resume_sending`.
    """
    ours = instance_name()
    row = SendingInstance.objects.first()
    if row is None or not ours:
        return ""
    is_ours = row.name == ours and row.database in ("", database())
    return "" if is_ours else row.name


def is_adopted() -> bool:
    """Return True if the database says which installation sends from it."""
    return SendingInstance.objects.exists()


def instance_name() -> str:
    """Return the name of this installation, "" where it can have none."""
    return str(settings.INSTANCE_ID) or _from_file(str(settings.INSTANCE_FILE))


@lru_cache
def _from_file(path: str) -> str:
    """The name that this installation gave itself when it first needed one."""
    if not path:
        return ""
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Whole from the first instant: two processes may start at the same time.
        mine = file.with_name(f"{file.name}.{os.getpid()}")
        mine.write_text(str(uuid4()))
        with suppress(FileExistsError):
            os.link(mine, file)
        mine.unlink()
        return file.read_text().strip()
    except OSError:
        log.warning("installation_has_no_name", path=path)
        return ""


def database() -> str:
    """Return what tells this database from a copy: its cluster's number and its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid"
            " FROM pg_database WHERE datname = current_database()"
        )
        return str(cursor.fetchone()[0])


def is_paused() -> bool:
    """Return True if all sending is switched off."""
    return ProviderState.objects.filter(
        provider=ProviderState.ALL, paused_at__isnull=False
    ).exists()
