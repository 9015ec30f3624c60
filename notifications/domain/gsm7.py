"""Segments of a text message, which providers charge by.

GSM 03.38: 160 septets fit one segment, 153 each of several; a single character
outside the alphabet turns the whole text into UCS-2, 70 and 67. An escape sequence or a
surrogate pair is never cut in two: what does not fit any more begins the next segment.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # each costs an escape and itself
ALPHABET = BASIC | EXTENDED


@dataclass(frozen=True, slots=True)
class Size:
    """The encoding of a text, its length in that encoding's units, its segments."""

    encoding: str
    units: int
    segments: int


def size(text: str) -> Size:
    """Return what `text` costs as a text message."""
    if ALPHABET.issuperset(text):
        widths = [2 if one in EXTENDED else 1 for one in text]
        return _size("GSM-7", widths, 160, 153)
    widths = [2 if ord(one) > LAST_OF_ONE_UNIT else 1 for one in text]
    return _size("UCS-2", widths, 70, 67)


LAST_OF_ONE_UNIT = 0xFFFF


def _size(encoding: str, widths: list[int], single: int, several: int) -> Size:
    units = sum(widths)
    return Size(encoding, units, 1 if units <= single else _packed(widths, several))


def _packed(widths: Iterable[int], room: int) -> int:
    """Count the segments of that room that the characters fill, none of them cut."""
    segments, used = 1, 0
    for width in widths:
        if used + width > room:
            segments, used = segments + 1, 0
        used += width
    return segments
