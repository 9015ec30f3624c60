"""Pauses between attempts, and the last attempt."""

from datetime import timedelta

MAX_ATTEMPTS = 8
MAX_GATE_FAULTS = 8
BACKOFF = tuple(
    timedelta(seconds=s) for s in (30, 2 * 60, 8 * 60, 30 * 60, 2 * 60 * 60)
)
# Nothing is learned from waiting longer: the provider's breaker says when it is back.
AFTER_OUTAGE = timedelta(seconds=30)
# Unless another provider can carry it at once.
BEFORE_ANOTHER = timedelta(seconds=1)

# So many failures in a row, with no answer between them, and a provider is down.
FAILURES_UNTIL_DOWN = 5
PROBE_EVERY = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300))


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after `attempts` failed ones (1 or more)."""
    return BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]


def is_exhausted(attempts: int) -> bool:
    """Return True if nobody should try again without a person looking."""
    return attempts >= MAX_ATTEMPTS


def next_probe(probes: int) -> timedelta:
    """Return how long a provider that is down is left alone after `probes` in vain."""
    return PROBE_EVERY[min(probes, len(PROBE_EVERY) - 1)]
