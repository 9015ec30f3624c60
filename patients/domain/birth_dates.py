"""Birth dates as people write them."""

import re
from collections.abc import Iterator
from datetime import date

FIRST_YEAR, LAST_YEAR = 1900, 2099

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january ene enero",
            "feb february febrero",
            "mar march marzo",
            "apr april abr abril",
            "may mayo",
            "jun june junio",
            "jul july julio",
            "aug august ago agosto",
            "sep sept september septiembre",
            "oct october octubre",
            "nov november noviembre",
            "dec december dic diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
_NAME = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR_FIRST = r"(?P<y1>\d{4})(?P<s1>[-/.])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})"
_YEAR_LAST = r"(?P<a2>\d{1,2})(?P<s2>[-/.])(?P<b2>\d{1,2})(?P=s2)(?P<y2>\d{4}|\d{2})"
_DAY_NAME = (
    rf"(?P<d3>\d{{1,2}})\.?\s*(?:de\s+)?(?P<m3>{_NAME})\.?,?"
    r"\s+(?:de\s+)?(?P<y3>\d{4})"
)
_NAME_DAY = rf"(?P<m4>{_NAME})\.?\s+(?P<d4>\d{{1,2}}),?\s+(?P<y4>\d{{4}})"
# In lower-case text; not inside a longer number or word.
PATTERN = re.compile(
    rf"(?<![\w/.-])(?:{_YEAR_FIRST}|{_YEAR_LAST}|{_DAY_NAME}|{_NAME_DAY})(?![\w/-])",
    re.ASCII,
)


def readings(found: re.Match[str]) -> tuple[date, ...]:
    """The dates a match of PATTERN can mean: month first, then day first."""
    return _real(_parts(found))


def compact_readings(digits: str) -> tuple[date, ...]:
    """The dates eight bare digits can mean: 19660412, 04121966, 12041966."""
    year_first = (digits[:4], digits[4:6], digits[6:])
    month_first = (digits[4:], digits[:2], digits[2:4])
    day_first = (digits[4:], digits[2:4], digits[:2])
    return _real((year_first, month_first, day_first))


def _parts(found: re.Match[str]) -> tuple[tuple[str, str, str], ...]:
    if found["y1"]:
        return ((found["y1"], found["m1"], found["d1"]),)
    if found["y3"]:
        return ((found["y3"], str(_MONTHS[found["m3"]]), found["d3"]),)
    if found["y4"]:
        return ((found["y4"], str(_MONTHS[found["m4"]]), found["d4"]),)
    first, second = found["a2"], found["b2"]
    return tuple(
        (year, *order)
        for year in _years(found["y2"])
        for order in ((first, second), (second, first))
    )


def _years(written: str) -> tuple[str, ...]:
    return (written,) if len(written) == 4 else (f"19{written}", f"20{written}")


def _real(parts: tuple[tuple[str, str, str], ...]) -> tuple[date, ...]:
    return tuple(dict.fromkeys(_dates(parts)))


def _dates(parts: tuple[tuple[str, str, str], ...]) -> Iterator[date]:
    for year, month, day in parts:
        if not FIRST_YEAR <= int(year) <= LAST_YEAR:
            continue
        try:
            yield date(int(year), int(month), int(day))
        except ValueError:
            continue  # No such day: this reading is not meant.
