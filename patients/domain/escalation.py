"""Times that a red flag may wait (clinic protocol, tiers of red flags).

Tier 1 is acknowledged within 5 minutes; tier 2 within 30, with a clinician's
contact within 2 hours; tier 3 is done on the next business day. What nobody
acknowledged in time goes up to the medical director.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

ACKNOWLEDGE_MINUTES = {1: 5, 2: 30}
CONTACT_MINUTES = {1: 5, 2: 120}
END_OF_BUSINESS = time(17)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Times:
    due_at: datetime
    escalate_at: datetime | None


def times(tier: int, now: datetime, zone: ZoneInfo) -> Times:
    """Return when a red flag of this tier is due, and when it goes up."""
    if tier in ACKNOWLEDGE_MINUTES:
        return Times(
            due_at=now + timedelta(minutes=CONTACT_MINUTES[tier]),
            escalate_at=now + timedelta(minutes=ACKNOWLEDGE_MINUTES[tier]),
        )
    return Times(due_at=next_business_day_end(now, zone), escalate_at=None)


def next_business_day_end(now: datetime, zone: ZoneInfo) -> datetime:
    """Return 17:00 of the next Monday to Friday after today, in the clinic's zone."""
    day = now.astimezone(zone).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, END_OF_BUSINESS, tzinfo=zone)
