"""Hours in which a message may reach a patient.

Source: the window Texas sets for solicitations, taken for every message that is not
an emergency: 09:00-20:00 Monday to Saturday, 12:00-20:00 Sunday, the patient's zone.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
SUNDAY = 6
OPENS, OPENS_SUNDAY, CLOSES = time(9), time(12), time(20)


def window(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the half-open window of that local day, in UTC."""
    opens = OPENS_SUNDAY if day.weekday() == SUNDAY else OPENS
    return at(day, opens, zone), at(day, CLOSES, zone)


def at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return the instant, in UTC, of that wall clock on that day in `zone`."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def permitted(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return the earliest instant not before `instant` outside quiet hours, in UTC."""
    day = instant.astimezone(zone).date()
    opens, closes = window(day, zone)
    if instant < closes:
        return max(instant.astimezone(UTC), opens)
    return window(day + timedelta(days=1), zone)[0]
