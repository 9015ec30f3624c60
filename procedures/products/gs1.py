"""GS1 element strings: every way a scanned text can be read, not only the first.

A field of variable length ends at the separator. Where a scanner or browser dropped
the separator, "10K26B21S7" is the lot K26B21S7, or the lot K26B and the serial S7.
`readings` finds all of them; whoever asks decides what to do with more than one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from procedures.products.scanned_text import GS

GTIN, EXPIRY, LOT, SERIAL = "01", "17", "10", "21"
# Dates YYMMDD: production, due, packaging, best before, sell by, expiry.
DATES = frozenset({"11", "12", "13", "15", "16", "17"})
# What a kit's label may hold, and so may be hidden in a lot or serial wherever a
# separator was lost. The rare ones are taken for hidden only behind a letter or sign:
# every long number has their two digits somewhere.
HIDDEN = frozenset({GTIN, LOT, SERIAL, "240", "241", "250", "251", *DATES})
RARE = frozenset({"22", "30", "37", *(str(code) for code in range(90, 100))})
LONGEST = 300
MANY = 200
_BRACKETED = re.compile(r"\s*[(\[]\s*(\d{2,4})\s*[)\]]\s*")
Element = tuple[str, str]
Reading = frozenset[Element]


class NotGs1(Exception):
    """The text is no GS1 element string; the message says why."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """An application identifier: how its value is written, and whether it is closed
    by a separator."""

    code: str
    pattern: re.Pattern[str]
    is_variable: bool


Identifiers = Mapping[str, Identifier]
# Whether an identifier may begin within a value, behind this character.
MayHide = Callable[[str, str], bool]


def bracketed(text: str, known: Identifiers) -> Reading:
    """The elements of a text typed as on the label: (01)…(10)…. Raises NotGs1."""
    marks = list(_BRACKETED.finditer(text))
    if not marks or marks[0].start():
        raise NotGs1("The text does not begin with (01).")
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found = []
    for mark, end in zip(marks, ends, strict=True):
        code, value = mark.group(1), text[mark.end() : end].strip(f" {GS}")
        if code == GTIN:
            value = value.replace(" ", "").zfill(14)
        found.append(_checked(code, value, known))
    return _consistent(found)


def digital_link(text: str, known: Identifiers) -> Reading:
    """The elements of a GS1 Digital Link, such as https://id.gs1.org/01/…/10/….

    Raises NotGs1.
    """
    address = urlsplit(text)
    path = address.path.split("/")
    if GTIN not in path:
        raise NotGs1("The web address holds no item number (/01/…).")
    path = path[path.index(GTIN) :]
    if len(path) % 2 and path[-1] == "":
        path.pop()
    if len(path) % 2:
        raise NotGs1("The web address ends within a value.")
    pairs = [*zip(path[::2], map(unquote, path[1::2]), strict=True)]
    pairs += parse_qsl(address.query, keep_blank_values=True)
    return _consistent(
        _checked(code, value.zfill(14) if code == GTIN else value, known)
        for code, value in pairs
        if code.isdigit()
    )


def readings(
    text: str, known: Identifiers, *, sends_separators: bool, confirmed: bool = False
) -> set[Reading]:
    """Every consistent way to read a text without brackets; more than `MANY` end it.

    A scanner that `sends_separators` may still lose one, and then what a label may
    hold is hidden in the field before it. From a scanner that sends none anything may
    be. Where somebody `confirmed` what the label says, only what kit labels usually
    hold. Raises NotGs1 if there is no way.
    """
    if len(text) > LONGEST:
        raise NotGs1("The text is too long for one label.")
    if sends_separators:
        hidden = HIDDEN if confirmed else HIDDEN | RARE
        return _read(text, known, lambda code, _before: code in hidden)
    found = _read(text, known, _may_hide)
    is_open = any(sum(known[c].is_variable for c, _ in one) > 1 for one in found)
    if confirmed and not is_open:
        return found
    return _read(text, known, lambda _code, _before: True)


def _may_hide(code: str, before: str) -> bool:
    return code in HIDDEN or (code in RARE and not before.isdigit())


def _read(text: str, known: Identifiers, may_hide: MayHide) -> set[Reading]:
    segments = [part for part in text.split(GS) if part]
    whole: set[Reading] = {frozenset()}
    for segment in segments:
        ways = _ways(segment, known, may_hide, {})
        whole = {
            one for left in whole for right in ways if (one := _joined(left, right))
        }
        if len(whole) > MANY:
            break
    if not segments or not whole:
        raise NotGs1(_why_none(text))
    return whole


def _why_none(text: str) -> str:
    number = re.match(r"01(\d{14})", text)
    if number and not has_check_digit(number[1]):
        return "The check digit of the item number (01) is wrong."
    return "That is no GS1 barcode."


def _ways(
    text: str, known: Identifiers, may_hide: MayHide, seen: dict[str, set[Reading]]
) -> set[Reading]:
    """Every way to read one segment from its beginning to its end."""
    if text in seen:
        return seen[text]
    found: set[Reading] = set()
    for identifier in _beginning(text, known):
        rest = text[len(identifier.code) :]
        for length in _lengths(identifier, rest, known, may_hide):
            element = (identifier.code, rest[:length])
            tail = rest[length:]
            ways = _ways(tail, known, may_hide, seen) if tail else {frozenset()}
            joined = (_joined(frozenset({element}), way) for way in ways)
            found |= {one for one in joined if one}
        if len(found) > MANY:
            break
    seen[text] = found
    return found


def _beginning(text: str, known: Identifiers) -> Iterator[Identifier]:
    for length in (2, 3, 4):
        if text[:length] in known:
            yield known[text[:length]]


def _lengths(
    identifier: Identifier, rest: str, known: Identifiers, may_hide: MayHide
) -> Iterator[int]:
    """Places at which the value may end: the end, or before another identifier."""
    for length in range(1, len(rest) + 1):
        tail = rest[length:]
        if tail and identifier.is_variable:
            before = rest[length - 1]
            if not any(may_hide(one.code, before) for one in _beginning(tail, known)):
                continue
        if _fits(identifier, rest[:length]):
            yield length


def _fits(identifier: Identifier, value: str) -> bool:
    if not value or not identifier.pattern.fullmatch(identifier.code + value):
        return False
    if identifier.code == GTIN:
        return has_check_digit(value)
    return identifier.code not in DATES or is_date(value)


def _checked(code: str, value: str, known: Identifiers) -> Element:
    identifier = known.get(code)
    if identifier is None:
        raise NotGs1(f"({code}) is no GS1 identifier.")
    if code == GTIN and value.isdigit() and not has_check_digit(value):
        raise NotGs1("The check digit of the item number (01) is wrong.")
    if not _fits(identifier, value):
        raise NotGs1(f"What stands after ({code}) is not possible there.")
    return code, value


def _consistent(elements: Iterable[Element]) -> Reading:
    found: Reading = frozenset()
    for element in elements:
        joined = _joined(found, frozenset({element}))
        if joined is None:
            raise NotGs1(f"({element[0]}) stands there twice with different values.")
        found = joined
    return found


def _joined(left: Reading, right: Reading) -> Reading | None:
    """Both; None if an identifier has two values."""
    codes = [code for code, _ in left | right]
    return left | right if len(set(codes)) == len(codes) else None


def has_check_digit(gtin: str) -> bool:
    """True if the last digit of a GTIN-14 is the one its other digits ask for."""
    if len(gtin) != 14 or not (gtin.isascii() and gtin.isdigit()):
        return False
    weighted = sum(int(d) * (3 if at % 2 == 0 else 1) for at, d in enumerate(gtin[:13]))
    return (10 - weighted % 10) % 10 == int(gtin[13])


def is_date(text: str) -> bool:
    """YYMMDD, where day 00 leaves the day open."""
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        return False
    month, day = int(text[2:4]), int(text[4:])
    return 1 <= month <= 12 and day <= _LAST_DAYS[month]


_LAST_DAYS = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))
