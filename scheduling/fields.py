"""Fields that bodies and queries of scheduling share."""

from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from scheduling.timegrid.reach import OUT_OF_REACH, in_reach

LARGEST_ID = 2**63 - 1
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check_reach(value: date) -> None:
    if not in_reach(value):
        raise serializers.ValidationError(OUT_OF_REACH)


class Day(serializers.DateField):
    """A local date that can be meant."""

    default_validators = [check_reach]


class Start(serializers.DateTimeField):
    """An instant with its offset, or without one the clinic's wall clock."""

    default_validators = [check_reach]

    def enforce_timezone(self, value: datetime) -> datetime:
        return value


class Id(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class Weekdays(serializers.CharField):
    """Days such as "mon,wed", or in a body the list that answers have."""

    def to_internal_value(self, data: Any) -> Any:
        said = data if isinstance(data, list) else str(data).split(",")
        names = [str(name).strip().lower() for name in said if str(name).strip()]
        if not set(names) <= set(DAYS):
            raise serializers.ValidationError(f"Name days as {','.join(DAYS)}.")
        return frozenset(DAYS.index(name) for name in names)


class Ids(serializers.CharField):
    """Ids such as "12,15"."""

    def to_internal_value(self, data: Any) -> Any:
        words = [word.strip() for word in str(data).split(",") if word.strip()]
        if not all(word.isascii() and word.isdecimal() for word in words):
            raise serializers.ValidationError("Send ids as 12,15.")
        if not all(_is_id(word) for word in words):
            raise serializers.ValidationError("There is no such id.")
        return frozenset(int(word) for word in words)


def _is_id(word: str) -> bool:
    """Counted first: Python reads no number of thousands of digits."""
    return len(word) <= len(str(LARGEST_ID)) and 1 <= int(word) <= LARGEST_ID


class FollowUpCode(serializers.RegexField):
    """Contact of the episode's timetable that a follow-up visit is for ("W6")."""

    default_error_messages = {
        "invalid": "Name a contact as the timetable does, such as W6."
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Z][A-Z0-9]{0,7}$", **kwargs)
