"""Dates and times as a patient reads them: words and the 12-hour clock.

Never a numeric date: 03/12 is March in Houston and December in Madrid.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
MONTHS = {
    "en": (
        *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
        *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}


def day(on: date, language: str, *, today: date) -> str:
    """Return "Thu Dec 3" or "jueves 3 de diciembre", with its year where needed."""
    weekday = DAYS[language][on.weekday()]
    month = MONTHS[language][on.month - 1]
    year = on.year if needs_year(on, today) else None
    if language == "es":
        return f"{weekday} {on.day} de {month}" + (f" de {year}" if year else "")
    return f"{weekday} {month} {on.day}" + (f", {year}" if year else "")


# Seen on December 1, "November 1" reads as the one that has just gone by.
MONTHS_AHEAD = 11


def needs_year(on: date, today: date) -> bool:
    """Return True if a reader of `today` could take it for a day of another year.

    So is every day that has passed, and every day beyond the next twelve months; the
    last of those months counts as well, because a month ago it was the same date.
    """
    months = (on.year - today.year) * 12 + on.month - today.month
    is_ahead = on >= today
    is_soon = (months, on.day) < (MONTHS_AHEAD, today.day)
    return not (is_ahead and is_soon)


def clock(local: datetime, language: str) -> str:
    """Return "9:00 AM" or "9:00 a.m."."""
    half = ("AM", "PM") if language == "en" else ("a.m.", "p.m.")
    return f"{local.hour % 12 or 12}:{local.minute:02} {half[local.hour >= 12]}"


def at_clock(local: datetime, language: str) -> str:
    """Return "at 9:00 AM", "a las 9:00 a.m." or "a la 1:00 p.m."."""
    if language == "en":
        return f"at {clock(local, language)}"
    article = "a la" if local.hour % 12 == 1 else "a las"
    return f"{article} {clock(local, language)}"


def moment(
    instant: datetime,
    language: str,
    *,
    here: ZoneInfo,
    there: ZoneInfo,
    now: datetime,
) -> str:
    """Return day and clock at the clinic (`here`), naming its zone where it differs.

    `there` is the patient's zone: somebody reading in El Paso is told "CST". `now` is
    when it is read: a day far from it is said with its year.
    """
    local, today = instant.astimezone(here), now.astimezone(here).date()
    text = f"{day(local.date(), language, today=today)} {at_clock(local, language)}"
    if local.utcoffset() == instant.astimezone(there).utcoffset():
        return text
    return f"{text} ({local.tzname()})"


def moments(
    instants: list[datetime],
    language: str,
    *,
    here: ZoneInfo,
    there: ZoneInfo,
    now: datetime,
) -> str:
    """Return several as "Tue Sep 8 at 9:00 AM and at 2:00 PM", the first one first.

    Those of another day at the clinic are told with their day.
    """
    first = instants[0].astimezone(here)
    said = [moment(instants[0], language, here=here, there=there, now=now)]
    for instant in instants[1:]:
        local = instant.astimezone(here)
        if local.date() == first.date():
            said.append(at_clock(local, language))
        else:
            said.append(moment(instant, language, here=here, there=there, now=now))
    if len(said) == 1:
        return said[0]
    last = "and" if language == "en" else "y"
    return f"{', '.join(said[:-1])} {last} {said[-1]}"
