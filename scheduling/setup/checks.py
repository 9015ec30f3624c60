"""Checks of set-up: hours that run forwards, days with both times, named things."""

from calendar import day_name
from collections.abc import Mapping, Sequence
from datetime import date, time

from core.problems import FieldError, Invalid
from scheduling.models import ScheduleException
from scheduling.timegrid.reach import OUT_OF_REACH, in_reach

Hours = Mapping[int, Sequence[tuple[time, time]]]


def check_hours(hours: Hours) -> None:
    """Raises Invalid for stretches of a day that run backwards or overlap."""
    for weekday, stretches in hours.items():
        if weekday not in range(7):
            raise Invalid([FieldError("/hours", "Weekdays are 0 to 6.")])
        last = time(0)
        for start, end in sorted(stretches):
            if start < last or _is_backwards(start, end):
                text = "the hours of a day run forwards and do not overlap."
                text = f"{day_name[weekday]}: {text}"
                raise Invalid([FieldError("/hours", text)])
            last = end if end != time(0) else time.max


def check_exception(
    kind: str, on: date, start: time | None, end: time | None, reason: str
) -> None:
    """Raises Invalid for what the table could not hold."""
    errors = []
    if kind not in ScheduleException.Kind.values:
        errors.append(FieldError("/kind", "Say closed or extra."))
    if not in_reach(on):
        errors.append(FieldError("/applies_on", OUT_OF_REACH))
    if (start is None) != (end is None):
        missing = "/local_start" if start is None else "/local_end"
        text = "Give both times, or neither for the whole day."
        errors.append(FieldError(missing, text))
    if start is not None and end is not None and _is_backwards(start, end):
        errors.append(FieldError("/local_end", "The end is not after the start."))
    if len(reason) > 200:
        errors.append(FieldError("/reason", "Use at most 200 characters."))
    if errors:
        raise Invalid(errors)


def check_resource(kind: str, name: str, capabilities: Sequence[str]) -> None:
    """Raises Invalid for names that are missing or too long."""
    errors = []
    if not kind or len(kind) > 40:
        errors.append(FieldError("/kind", "Name a kind, in at most 40 characters."))
    if not name.strip() or len(name) > 120:
        errors.append(FieldError("/name", "Give a name of at most 120 characters."))
    if any(not 0 < len(one) <= 40 for one in capabilities):
        text = "Name each capability in at most 40 characters."
        errors.append(FieldError("/capabilities", text))
    if errors:
        raise Invalid(errors)


def _is_backwards(start: time, end: time) -> bool:
    return end <= start and end != time(0)
