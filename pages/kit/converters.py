"""Parts of addresses."""

from datetime import date

from django.urls import register_converter

from scheduling.timegrid.reach import OUT_OF_REACH, in_reach


class DayConverter:
    """ "2026-12-03"; anything that is no date, or none that can be meant, is
    no such page."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        on = date.fromisoformat(value)
        if not in_reach(on):
            raise ValueError(OUT_OF_REACH)
        return on

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")
