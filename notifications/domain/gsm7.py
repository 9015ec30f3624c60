"""How many segments a text message costs.

GSM 03.38: 160 septets fit one segment, 153 each of several; a single character
outside the alphabet turns the whole text into UCS-2, 70 and 67.
"""

from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # each costs an escape and itself


@dataclass(frozen=True, slots=True)
class Size:
    """The encoding of a text, its length in that encoding's units, its segments."""

    encoding: str
    units: int
    segments: int


def size(text: str) -> Size:
    """Return what `text` costs as a text message."""
    if set(text) <= BASIC | EXTENDED:
        return _size("GSM-7", len(text) + sum(map(text.count, EXTENDED)), 160, 153)
    return _size("UCS-2", len(text.encode("utf-16-be")) // 2, 70, 67)


def _size(encoding: str, units: int, single: int, several: int) -> Size:
    return Size(encoding, units, 1 if units <= single else -(-units // several))
