"""Words for instants, days and codes on a staff page (English, 12-hour clock)."""

from datetime import date, datetime, timedelta, tzinfo
from typing import Any

# The names people use; a zone without one is called by its city.
ZONES = {
    "America/New_York": "Eastern Time",
    "America/Detroit": "Eastern Time",
    "America/Chicago": "Central Time",
    "America/Denver": "Mountain Time",
    "America/Phoenix": "Mountain Time (Arizona)",
    "America/Los_Angeles": "Pacific Time",
    "America/Anchorage": "Alaska Time",
    "Pacific/Honolulu": "Hawaii Time",
    "UTC": "UTC",
}
# Said after every booking: true by day and night, and of who takes no messages.
BOOKED = (
    "Booked. A patient who takes messages gets one soon, or in the morning if it is "
    "night."
)


def zone_name(zone: tzinfo, at: datetime | None = None) -> str:
    """ "Central Time"; an unnamed zone becomes "Kolkata time (UTC+05:30)"."""
    key = str(zone)
    if key in ZONES:
        return ZONES[key]
    city = key.rsplit("/", 1)[-1].replace("_", " ")
    offset = at.astimezone(zone).strftime("%z") if at else ""
    return f"{city} time (UTC{offset[:3]}:{offset[3:]})" if offset else f"{city} time"


def clock_time(at: datetime, zone: tzinfo) -> str:
    """ "9:05 AM"."""
    local = at.astimezone(zone)
    return f"{local.hour % 12 or 12}:{local.minute:02d} {local:%p}"


def clock_range(start: datetime, end: datetime, zone: tzinfo) -> str:
    """ "8:00–9:45 AM", "11:30 AM–12:15 PM"."""
    first, last = clock_time(start, zone), clock_time(end, zone)
    if first[-2:] == last[-2:] and end - start < timedelta(hours=12):
        first = first[:-3]
    return f"{first}–{last}"


def long_day(day: date) -> str:
    """ "Thursday, December 3, 2026"."""
    return f"{day:%A, %B} {day.day}, {day.year}"


def short_day(day: date, today: date | None = None) -> str:
    """ "Thu, Dec 3"; with the year where it is another than today's."""
    text = f"{day:%a, %b} {day.day}"
    is_other = today is not None and today.year != day.year
    return f"{text}, {day.year}" if is_other else text


def full_day(day: date) -> str:
    """ "Dec 3, 2026"."""
    return f"{day:%b} {day.day}, {day.year}"


def moment(at: datetime, zone: tzinfo, now: datetime | None = None) -> str:
    """ "Thu, Dec 3, 9:05 AM"; with the year when it is not `now`'s."""
    local = at.astimezone(zone)
    day = short_day(local.date())
    if now is None or now.astimezone(zone).year != local.year:
        day = f"{day}, {local.year}"
    return f"{day}, {clock_time(at, zone)}"


def age(born: date, on: date) -> int:
    """Completed years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def minutes(length: timedelta) -> str:
    """ "45 min", "2 h", "2 h 15 min"."""
    hours, rest = divmod(round(length.total_seconds() / 60), 60)
    parts = [f"{hours} h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest} min")
    return " ".join(parts)


def distance(length: timedelta) -> str:
    """A coarse length: "5 min", "3 h", "2 days"."""
    whole = round(abs(length).total_seconds() / 60)
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h"
    return f"{whole // (24 * 60)} days"


def short_name(given: str, family: str) -> str:
    """ "Ana T."; who has one name is called by it."""
    return f"{given} {family[:1]}." if given and family else given or family


def listed_name(patient: Any) -> str:
    """ "Torres, Ana", as lists sort people."""
    return ", ".join(filter(None, (patient.family_name, patient.given_name)))


def sentence(code: str) -> str:
    """A code as words: "checked-in" becomes "Checked in"."""
    words = code.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]
