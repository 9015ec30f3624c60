"""One reader for every number somebody types, scans or sends.

A number is understood as a whole or refused with what to write instead. Point and
comma are both read as the decimal sign where nothing else can be meant; "1,234" can
mean two numbers and is refused. A unit behind the number must be the one asked for, or
one it may be given in as well: "172 lb" is 78.0 where kg are asked for.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from procedures.fields import units
from procedures.fields.limits import OtherUnit

LONGEST = 40
INCHES_A_FOOT = 12
_MINUS = dict.fromkeys(map(ord, "\u2212\u2013\u2012\ufe63\uff0d"), "-")
_MARKS = {
    ord("\u066b"): ".",
    ord("\uff0e"): ".",
    ord("\uff0c"): ",",
    ord("\uff0b"): "+",
}
# Signs that only ever group thousands: apostrophes, Arabic mark, thin and fixed blanks.
_GROUPS = "'\u2019\u02bc\u066c\u00a0\u2009\u202f\u2007"
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_GROUPED = re.compile(rf"\d{{1,3}}([{_GROUPS}])\d{{3}}(?:\1\d{{3}})*(?=[.,]|$)")
_WITH_UNIT = re.compile(
    r"([+-]?[\d.,][\d.,'\u2019]*)"
    r"(?:\s*([^\d\s.,+-][^,;]*)|\s+(10[*^eE\u00b2\u00b3\u2070-\u2079][^,;]*))"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
# In a list a thin blank may group thousands or stand between two numbers.
_MAY_GROUP = re.compile(r"\d[\u00a0\u2009\u202f\u2007]\d{3}(?!\d)")
_FEET = re.compile(
    r"(\d)\s*(?:ft|foot|feet|['\u2019\u2032])\.?"
    r"(?:[\s,]*(\d{1,2}(?:[.,]\d)?)\s*(?:in|inch|inches|[\"\u201d\u2033]|'')?\.?)?",
    re.IGNORECASE,
)
_BY_POINT = re.compile(r"[+-]?\d+(?:\.\d{1,2})?")
_THOUSANDS_BY_POINT = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")


class BadNumber(ValueError):
    """The text is no number, or could be two; the message says what to write."""


def read(raw: Any, unit: str = "", others: Sequence[OtherUnit] = ()) -> Decimal:
    """The number of a JSON value or a typed text, in `unit`. Raises BadNumber."""
    if isinstance(raw, bool):
        raise BadNumber(_no_number(unit))
    if isinstance(raw, int | float | Decimal):
        return _finite(str(raw), unit)
    if not isinstance(raw, str):
        raise BadNumber(_no_number(unit))
    text = plain(raw)
    if len(text) > LONGEST:
        raise BadNumber(_no_number(unit))
    inches = next((one for one in others if one.unit == "in"), None)
    if inches and (feet := _FEET.fullmatch(text)):
        return inches.kept(_inches(text, feet))
    for other in others:
        if said := _said_in(text, other.unit):
            return other.kept(_of_text(said, other.unit))
    return _of_text(_without_unit(text, unit, others), unit)


def names_unit(raw: Any) -> bool:
    """True for a text with more than a number in it: "172 lb"."""
    return isinstance(raw, str) and not re.fullmatch(r"[+-]?[\d.,]+", plain(raw))


def _inches(text: str, feet: re.Match[str]) -> Decimal:
    """All the inches of "5 ft 7 in"; a foot has twelve."""
    inches = Decimal((feet[2] or "0").replace(",", "."))
    if inches >= INCHES_A_FOOT:
        raise BadNumber(f'"{text}": a foot has 12 inches; write it as 5 ft 7 in')
    return Decimal(feet[1]) * INCHES_A_FOOT + inches


def _said_in(text: str, unit: str) -> str:
    """The number of a text whose unit is this one; "" if it is another, or none."""
    match = _WITH_UNIT.fullmatch(text)
    return match[1] if match and units.is_same(match[2] or match[3], unit) else ""


def read_list(raw: Any, unit: str = "") -> tuple[Decimal, ...]:
    """The numbers of a JSON list, or of one text. Raises BadNumber."""
    if isinstance(raw, list | tuple):
        return tuple(read(one, unit) for one in raw)
    if not isinstance(raw, str):
        raise BadNumber("must be a list of numbers")
    return tuple(read(one, unit) for one in _tokens(plain(raw)))


def plain(text: str) -> str:
    """`text` with the digits 0 to 9 and one kind of minus, point and comma."""
    kept = (c for c in text if unicodedata.category(c) != "Cf")
    digits = "".join(
        str(unicodedata.decimal(c)) if unicodedata.decimal(c, None) is not None else c
        for c in kept
    )
    return digits.translate(_MINUS).translate(_MARKS).strip()


def _tokens(text: str) -> list[str]:
    """The single numbers of a list: blanks, semicolons, or commas stand between."""
    if _MAY_GROUP.search(text):
        raise BadNumber(_two_lists(text))
    parts = re.split(r"[;\s]+", text.strip("; \t\r\n"))
    if any(part.startswith(",") for part in parts):
        raise BadNumber(_two_lists(text))
    if any(part.endswith(",") for part in parts[:-1]):
        # A comma before a blank stands between two numbers, another one within one.
        if not all(part.endswith(",") for part in parts[:-1]):
            raise BadNumber(_two_lists(text))
        return [part.rstrip(",") for part in parts]
    if len(parts) > 1:
        return parts
    return _split_by_commas(text)


def _split_by_commas(text: str) -> list[str]:
    """ "9,5" and "5,5,5" could be several lists; "9.5,10" has its decimal sign."""
    parts = text.split(",")
    if len(parts) == 1:
        return parts
    if "." not in text or not all(_BY_POINT.fullmatch(part) for part in parts):
        raise BadNumber(_two_lists(text))
    return parts


def _without_unit(text: str, unit: str, others: Sequence[OtherUnit] = ()) -> str:
    match = _WITH_UNIT.fullmatch(text)
    if match is None:
        return text
    number, said = match[1], match[2] or match[3]
    if units.is_same(said, unit):
        return number
    if unicodedata.category(said[0]) in ("No", "Nl") or said[0] in "'\u2019eExX":
        return text
    wanted = f"is asked for in {unit}" if unit else "is asked for without a unit"
    known = "".join(f" or with {one.unit} behind it" for one in others)
    raise BadNumber(f'"{text}": this {wanted}; write the number alone{known}')


def _of_text(text: str, unit: str) -> Decimal:
    sign, body = ("", text) if text[:1] not in ("+", "-") else (text[0], text[1:])
    grouped = _GROUPED.match(body)
    if grouped:
        whole = re.sub(f"[{_GROUPS}]", "", grouped.group(0))
        rest = body[grouped.end() :]
        if "," in rest and "." in rest:
            raise BadNumber(_no_number(unit))
        body = whole + rest.replace(",", ".")
    elif "," in body:
        body = _by_comma(body, unit)
    elif _THOUSANDS_BY_POINT.fullmatch(body):
        body = body.replace(".", "")
    if not _PLAIN.fullmatch(body):
        raise BadNumber(_no_number(unit))
    return _finite(sign.replace("+", "") + body, unit)


def _by_comma(body: str, unit: str) -> str:
    """A number with commas: the decimal sign, or thousands, or neither for sure."""
    if "." in body:
        if body.rindex(".") > body.rindex(","):
            whole, _, rest = body.rpartition(".")
            if _THOUSANDS.fullmatch(whole):
                return f"{whole.replace(',', '')}.{rest}"
        else:
            whole, _, rest = body.rpartition(",")
            if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", whole):
                return f"{whole.replace('.', '')}.{rest}"
        raise BadNumber(_no_number(unit))
    if body.count(",") > 1:
        if not _THOUSANDS.fullmatch(body):
            raise BadNumber(_no_number(unit))
        return body.replace(",", "")
    if _THOUSANDS.fullmatch(body) and not body.startswith("0"):
        one, other = body.replace(",", "."), body.replace(",", "")
        raise BadNumber(
            f"{body} can be read as {one} or as {other}{_in(unit)}; write it without"
            " the comma"
        )
    return body.replace(",", ".")


def _finite(text: str, unit: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadNumber(_no_number(unit)) from None
    if not number.is_finite():
        raise BadNumber(_no_number(unit))
    return number


def _no_number(unit: str) -> str:
    return f"must be a number{_in(unit)}"


def _two_lists(text: str) -> str:
    return (
        f'"{text[:LONGEST]}" can be read in two ways; write a point for decimals and a'
        " blank between the numbers"
    )


def _in(unit: str) -> str:
    return f" in {unit}" if unit else ""
