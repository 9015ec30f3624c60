"""A provider that is down pauses by itself, is probed, and goes on when it answers."""

import structlog
from django.db import connection

from notifications.domain import retry, shares, states
from notifications.models import Message
from notifications.selectors.providers import DOWN

log = structlog.get_logger()

# Whoever takes the probe moves it on: nobody else probes meanwhile.
TAKE_PROBE = """
UPDATE notifications_providerstate
   SET probe_at = clock_timestamp() + make_interval(secs => %s), probes = probes + 1
 WHERE provider = %s AND down_since IS NOT NULL AND probe_at <= clock_timestamp()
"""
CLOSE = """
UPDATE notifications_providerstate
   SET failures = 0, down_since = NULL, down_reason = '', probe_at = NULL, probes = 0
 WHERE provider = %s AND (failures > 0 OR down_since IS NOT NULL)
"""
COUNT = """
INSERT INTO notifications_providerstate AS p
       (provider, paused_by, pause_reason, down_reason, failures)
VALUES (%s, '', '', '', %s)
ON CONFLICT (provider) DO UPDATE SET failures = p.failures + excluded.failures
RETURNING failures, down_since IS NOT NULL, probes
"""
WEIGHT = """
INSERT INTO notifications_providerstate AS p
       (provider, paused_by, pause_reason, down_reason)
VALUES (%s, '', '', '')
ON CONFLICT (provider) DO UPDATE SET provider = p.provider
RETURNING weight_off, weight_off_at, clock_timestamp()
"""
WEIGH = """
UPDATE notifications_providerstate
   SET weight_off = %s, weight_off_at = clock_timestamp() WHERE provider = %s
"""
OPEN = """
UPDATE notifications_providerstate
   SET down_since = coalesce(down_since, clock_timestamp()), down_reason = %s,
       probe_at = clock_timestamp() + make_interval(secs => %s)
 WHERE provider = %s
"""


def take_probe(provider: str) -> bool:
    """Return True if the caller may let one message through to a provider down."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_PROBE, [retry.PROBE_EVERY[0].total_seconds(), provider])
        return bool(cursor.rowcount)


def answered(provider: str) -> bool:
    """The provider has said something, so it is there: True if it was not before."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE, [provider])
        return bool(cursor.rowcount)


def let_go() -> int:
    """Let what a provider that was down held up leave at once. A unit of its own."""
    rows = Message.objects.filter(state=states.SCHEDULED, reason=DOWN)
    waiting = rows.exclude(not_before=None).order_by("pk")
    keys = waiting.select_for_update(skip_locked=True, no_key=True)
    ids = list(keys.values_list("pk", flat=True))
    return Message.objects.filter(pk__in=ids).update(not_before=None)


def lose_weight(provider: str, failures: int) -> None:
    """Take some of its weight from a provider after so many failures."""
    with connection.cursor() as cursor:
        cursor.execute(WEIGHT, [provider])
        off, since, now = cursor.fetchone()
        off = shares.after_failures(shares.off_now(off, since, now), failures)
        cursor.execute(WEIGH, [off, provider])


def failed(provider: str, count: int, reason: str) -> None:
    """Count calls that came to nothing; after five in a row the provider is down."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [provider, count])
        failures, was_down, probes = cursor.fetchone()
        if failures < retry.FAILURES_UNTIL_DOWN and not was_down:
            return
        wait = retry.next_probe(probes).total_seconds()
        cursor.execute(OPEN, [reason[:60], wait, provider])
    if not was_down:
        log.error("provider_is_down", provider=provider, reason=reason)
