"""Laboratory values of one evaluation: several of one test, by their dates.

The value of the latest day counts: they are read in the order of their days.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from procedures.fields.ranges import LABS


def wrong_dates(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """(row number, what to do) where it cannot be said which value is the newest."""
    for number, row in enumerate(rows):
        others = [one for one in rows[:number] if one["loinc"] == row["loinc"]]
        if not others:
            continue
        name = LABS[row["loinc"]].label
        if any(one["collected_on"] is None for one in (row, *others)):
            yield number, f"{name} is given twice: give the date of each"
        elif any(one["collected_on"] == row["collected_on"] for one in others):
            yield number, f"{name} of that day is given twice: keep the right one"
