"""Reading what stands on a kit's label: GS1 in its forms; other codes are named.

A text is understood as a whole or refused with what to do. Where a lost separator
leaves two ways to read it, neither is taken.
"""

import re
from datetime import date

from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS

from procedures.domain import gs1, kits, scanned
from procedures.domain.gs1 import EXPIRY, GTIN, LOT, SERIAL, Identifier, Reading
from procedures.domain.kits import Kit

AGAIN = "Scan again, or type (01)…(17)…(10)…(21)… as on the label"
LAYOUT = (
    "The scanner types with another keyboard layout than this computer has: set it to"
    f" the same. {AGAIN}."
)
BY_HAND = "scan the label's GS1 code, or type lot, serial and expiry with two people"
KNOWN = {
    code: Identifier(code, re.compile(one.pattern), one.separator_required)
    for code, one in _GS1_APPLICATION_IDENTIFIERS.items()
}
# "]d201…" by a US scanner on a German keyboard.
_GERMAN_GS1 = re.compile(r"\+[A-Za-z]\d(?:01\d{14}|17\d{6})")
_HIBC = re.compile(r"\+(?:[A-Z][A-Z0-9]{3}[A-Z0-9]+|\$)|\*\+.*\*", re.IGNORECASE)
_ISBT = re.compile(r"[=&][A-Z0-9<>(%)*$!/&]", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_ITEM_ONLY = re.compile(r"\d{8}|\d{12,14}")
# GS1's invariant characters; others come from a foreign keyboard layout.
_WRITTEN = re.compile(r"[!-\"%-?A-Z_a-z]*")


class Unreadable(Exception):
    """The text is not one kit's label; the message says what is wrong and to do."""


def read(text: str, today: date | None = None) -> Kit:
    """The kit of a scanned text, or of one typed with its brackets.

    Day 00 of an expiry means the last day of that month; the century is the one
    nearest to `today`. Raises Unreadable.
    """
    if len(text) > scanned.LONGEST:
        raise Unreadable(f"That is too long for one label. {AGAIN}.")
    whole = scanned.plain(text)
    if not whole:
        raise Unreadable(f"The kit's barcode is missing. {AGAIN}.")
    try:
        found = {_kit(reading, today) for reading in _readings(whole)}
    except gs1.NotGs1 as fault:
        raise Unreadable(f"{fault} {AGAIN}.") from None
    if len(found) != 1:
        raise Unreadable(f"This can be read in two ways: a separator is lost. {AGAIN}.")
    return found.pop()


def _readings(text: str) -> set[Reading]:
    bare = scanned.PREFIX.sub("", text, count=1) if text.startswith("]") else text
    _refuse_others(bare)
    if _WEB.match(bare):
        links = dict.fromkeys(scanned.once(one) for one in scanned.parts(bare))
        return {gs1.digital_link(one, KNOWN) for one in links}
    if bare.startswith(("(", "[")):
        return {gs1.bracketed(scanned.once(bare), KNOWN)}
    return _of_elements(text)


def _of_elements(text: str) -> set[Reading]:
    """Two symbols of one label may follow each other; the same one twice is one."""
    symbols = scanned.parts(_inverted(text))
    joined = scanned.GS.join(
        dict.fromkeys(scanned.once(scanned.with_separators(one)) for one in symbols)
    )
    for part in joined.split(scanned.GS):
        if not _WRITTEN.fullmatch(part):
            raise Unreadable(LAYOUT)
    if _ITEM_ONLY.fullmatch(joined):
        raise Unreadable("That is the item number only: scan the label's other code.")
    return gs1.readings(joined, KNOWN)


def _inverted(text: str) -> str:
    """With Caps Lock on every letter is inverted; the identifier gives it away."""
    first = text[:3]
    known = {"]c1", "]c0", "]e0", "]D2", "]D1", "]q3", "]q1", "]q0"}
    return text.swapcase() if first in known else text


def _refuse_others(text: str) -> None:
    """Codes of other systems are named, so that nobody looks for a fault."""
    if _GERMAN_GS1.match(text):
        raise Unreadable(LAYOUT)
    if _HIBC.match(text):
        raise Unreadable(f"This is a HIBC code, which is not read here: {BY_HAND}.")
    if _ISBT.match(text):
        raise Unreadable(f"This is an ISBT 128 code, which names no kit: {BY_HAND}.")


def _kit(reading: Reading, today: date | None) -> Kit:
    found = dict(reading)
    if GTIN not in found:
        raise gs1.NotGs1("The item number (01) is missing or its check digit is wrong.")
    expires_on = kits.expiry(found[EXPIRY], today) if EXPIRY in found else None
    if expires_on is None:
        raise gs1.NotGs1("The expiry date (17) is missing or wrong.")
    if today and kits.is_too_far(expires_on, today):
        raise gs1.NotGs1(f"The expiry year {expires_on.year} is too far ahead.")
    lot, serial = found.get(LOT, ""), found.get(SERIAL, "")
    if not lot and not serial:
        raise gs1.NotGs1("The lot (10) or the serial number (21) is missing.")
    return Kit(found[GTIN], expires_on, lot, serial)
