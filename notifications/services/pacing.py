"""The rate a provider bears, kept by all senders together: a token bucket."""

from django.conf import settings
from django.db import connection

# Half a minute's worth may go at once: senders look every 2 to 15 seconds.
BURST_SECONDS = 30

TAKE = """
INSERT INTO notifications_providerstate AS p
       (provider, paused_by, pause_reason, down_reason, tokens, filled_at)
VALUES (%(provider)s, '', '', '', %(burst)s, clock_timestamp())
ON CONFLICT (provider) DO UPDATE
   SET filled_at = clock_timestamp(),
       tokens = least(%(burst)s, coalesce(p.tokens + %(a_second)s *
         extract(epoch FROM clock_timestamp() - p.filled_at), %(burst)s))
RETURNING floor(tokens)::int
"""
SPEND = """
UPDATE notifications_providerstate SET tokens = tokens - %s WHERE provider = %s
"""


def has_rate(provider: str) -> bool:
    """Return True if a rate is set for the provider."""
    return provider in settings.SEND_RATES


def take(provider: str, wanted: int) -> int:
    """Return how many of `wanted` messages may go to the provider now, and spend them.

    All of them where no rate is set for it. Call it in a unit of work.
    """
    rate = settings.SEND_RATES.get(provider)
    if rate is None:
        return wanted
    asked: dict[str, float | str] = {
        "provider": provider,
        "burst": max(1.0, rate * BURST_SECONDS / 60),
        "a_second": rate / 60,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, asked)
        (left,) = cursor.fetchone()
        taken = min(wanted, max(0, int(left)))
        cursor.execute(SPEND, [taken, provider])
    return taken


def give_back(provider: str, count: int) -> None:
    """Return what was taken and found no message. Call it in a unit of work."""
    if count and provider in settings.SEND_RATES:
        with connection.cursor() as cursor:
            cursor.execute(SPEND, [-count, provider])
