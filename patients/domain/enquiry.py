"""Rules of the public form: how long an enquiry is kept, how many one sender makes."""

from datetime import datetime, timedelta

KEPT_FOR = timedelta(days=180)
ANSWER_WITHIN = timedelta(hours=24)
WINDOW = timedelta(hours=1)
MOST_FROM_ONE_SOURCE = 5
MOST_FROM_EVERYBODY = 100


def most_allowed(source_hash: str) -> int:
    """Return the most enquiries an hour; the empty hash is everybody together."""
    return MOST_FROM_ONE_SOURCE if source_hash else MOST_FROM_EVERYBODY


def is_over(hour_at: datetime, real_now: datetime) -> bool:
    """Return True if the hour begun at `hour_at` has passed: counting restarts."""
    return real_now - hour_at >= WINDOW
