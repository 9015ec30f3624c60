"""Parts of addresses."""

from datetime import date

from django.urls import register_converter


class DayConverter:
    """ "2026-12-03"; anything that is no date is no such page."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")
