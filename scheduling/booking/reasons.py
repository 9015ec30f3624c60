"""Short notice: whoever changes a visit then says why."""

from datetime import datetime

from scheduling.booking.errors import ReasonNeeded
from scheduling.booking.short_notice import NEAR_MOVE, NEAR_VISIT, is_near


def check_says_why(reason: str, now: datetime, *starts: datetime) -> None:
    """Raises ReasonNeeded for a change of a visit near one of `starts` without one."""
    if is_near(now, *starts) and not reason.strip():
        raise ReasonNeeded(NEAR_MOVE if len(set(starts)) > 1 else NEAR_VISIT)
