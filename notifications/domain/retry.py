"""When to try again, and when to stop."""

from datetime import timedelta

MAX_ATTEMPTS = 8
BACKOFF = tuple(
    timedelta(seconds=s) for s in (30, 2 * 60, 8 * 60, 30 * 60, 2 * 60 * 60)
)


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after `attempts` failed ones (1 or more)."""
    return BACKOFF[min(attempts, len(BACKOFF)) - 1]


def is_exhausted(attempts: int) -> bool:
    """Return True if nobody should try again without a person looking."""
    return attempts >= MAX_ATTEMPTS
