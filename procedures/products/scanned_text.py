"""Scanned text as scanners and keyboards deliver it, and what was meant.

A scanner may put a symbology identifier in front ("]C1", "]d2"), send its separator
as another sign, read twice, or type on a keyboard layout that is not the computer's.
"""

import re
import unicodedata
from collections.abc import Iterator

GS = "\x1d"
LONGEST = 400
# ISO/IEC 15424: a bracket, the kind of symbol, a modifier.
PREFIX = re.compile(r"\][A-Za-z][0-9A-Za-z]")
# How a separator is shown or sent by scanners that cannot send U+001D.
_STAND_INS = re.compile(
    r"<GS>|\{GS\}|\[GS\]|<FNC1>|\{FNC1\}|\[FNC1\]|\\x1[dD]|\\u001[dD]|\\F|\^\]|[\u241d|~^#\u00a6\u2194]",
    re.IGNORECASE,
)
# What a US scanner's keys write on a computer set to another layout, and back.
_GERMAN = str.maketrans("zyZYß-+ü?_:;", "yzYZ-/][_?>,")
_FRENCH = str.maketrans(
    "&é\"'(-è_çà)aqzwAQZW,?$^!:;mM",
    "1234567890-qawzQAWZmM][/.,;:",
)
_OURS = re.compile(r"[A-Za-z0-9./\-\s]*")


def plain(text: str) -> str:
    """`text` without invisible marks and blanks around; the separator stays."""
    kept = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return kept.strip(" \t\r\n\u00a0")


def with_separators(text: str) -> str:
    """`text` with U+001D for every sign that stands for the separator."""
    return _STAND_INS.sub(GS, text)


def parts(text: str) -> list[str]:
    """The single symbols in a field: an identifier or a line break begins another."""
    split = re.split(rf"(?:{PREFIX.pattern})|[\r\n\t]+", plain(text))
    return [part.strip() for part in split if part.strip(f" {GS}")]


def once(text: str) -> str:
    """`text`, or its half where the same was read twice without anything between."""
    half, odd = divmod(len(text), 2)
    if not odd and half and text[:half] == text[half:]:
        return text[:half]
    return text


def labels(text: str) -> Iterator[str]:
    """Readings of a label of ours, upper case, the likeliest first.

    More than one only where a text was read twice or came by a foreign keyboard.
    Nothing if two different labels stand in one field.
    """
    if len(text) > LONGEST:
        return
    for one in _layouts(plain(text)):
        found = [word.upper() for part in parts(one) for word in part.split()]
        if len(set(found)) == 1:
            yield found[0]
            if once(found[0]) != found[0]:
                yield once(found[0])


def _layouts(text: str) -> Iterator[str]:
    yield text
    if not _OURS.fullmatch(PREFIX.sub("", text)):
        yield text.translate(_GERMAN)
        yield text.translate(_FRENCH)
