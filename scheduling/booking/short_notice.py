"""Short notice, at which a change of a visit has to say why."""

from datetime import datetime, timedelta

# Nearer than this, to the old time or to a new one, a change says why.
NEAR = timedelta(hours=48)
NEAR_MOVE = "It is less than 48 hours to the old or the new time."
NEAR_VISIT = "It is less than 48 hours to the visit."


def is_near(now: datetime, *starts: datetime) -> bool:
    """True if one of `starts` (the old time, the new one) is less than NEAR away."""
    return any(start < now + NEAR for start in starts)
