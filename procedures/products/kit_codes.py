"""Reading what stands on a kit's label: GS1 in its forms; other codes are named.

A text is understood as a whole or refused with what to do. Where a lost separator
leaves two ways to read it, neither is taken.
"""

import re
from datetime import date

from biip.gs1_application_identifiers import _GS1_APPLICATION_IDENTIFIERS

from procedures.products import gs1, kits, scanned_text
from procedures.products.gs1 import EXPIRY, GTIN, LOT, SERIAL, Identifier, Reading
from procedures.products.kits import Kit

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
# Code 128, QR and Data Matrix with Caps Lock on; "]e0" and "]E0" are both real.
_INVERTED = frozenset({"]c0", "]c1", "]q0", "]q1", "]q3", "]D1", "]D2"})
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


def read(text: str, today: date | None = None, *, confirmed: bool = False) -> Kit:
    """The kit of a scanned text, or of one typed with its brackets.

    Day 00 of an expiry means the last day of that month; the century is the one
    nearest to `today`. `confirmed`: two people say that label and reading agree,
    which settles a doubt that no separator settles. Raises Unreadable.
    """
    if len(text) > scanned_text.LONGEST:
        raise Unreadable(f"That is too long for one label. {AGAIN}.")
    whole = scanned_text.plain(text)
    if not whole:
        raise Unreadable(f"The kit's barcode is missing. {AGAIN}.")
    try:
        found = {_kit(one, today) for one in _readings(whole, confirmed=confirmed)}
    except gs1.NotGs1 as fault:
        raise Unreadable(f"{fault} {AGAIN}.") from None
    if len(found) == 1:
        return found.pop()
    raise Unreadable(_doubt(whole, today))


def _doubt(text: str, today: date | None) -> str:
    told = f"This can be read in two ways: a separator is lost. {AGAIN}"
    try:
        likely = {_kit(one, today) for one in _readings(text, confirmed=True)}
    except gs1.NotGs1:
        return f"{told}."
    if len(likely) != 1:
        return f"{told}."
    return f"{told}; or two people confirm: {kits.in_words(likely.pop())}."


def _readings(text: str, *, confirmed: bool) -> set[Reading]:
    bare = scanned_text.PREFIX.sub("", text, count=1) if text.startswith("]") else text
    _refuse_others(bare)
    if _WEB.match(bare):
        links = dict.fromkeys(
            scanned_text.once(one) for one in scanned_text.parts(bare)
        )
        return {gs1.digital_link(one, KNOWN) for one in links}
    if bare.startswith(("(", "[")):
        return {gs1.bracketed(scanned_text.once(bare), KNOWN)}
    return _of_elements(text, confirmed=confirmed)


def _of_elements(text: str, *, confirmed: bool) -> set[Reading]:
    """Two symbols of one label may follow each other; the same one twice is one."""
    symbols = scanned_text.parts(scanned_text.with_separators(_inverted(text)))
    unique = list(dict.fromkeys(scanned_text.once(one) for one in symbols))
    if not all(_WRITTEN.fullmatch(one.replace(scanned_text.GS, "")) for one in unique):
        raise Unreadable(LAYOUT)
    joined = scanned_text.GS.join(unique)
    if _ITEM_ONLY.fullmatch(joined):
        raise Unreadable("That is the item number only: scan the label's other code.")
    sends = any(scanned_text.GS in one.strip(scanned_text.GS) for one in unique)
    return gs1.readings(joined, KNOWN, sends_separators=sends, confirmed=confirmed)


def _inverted(text: str) -> str:
    """Return the text as typed without Caps Lock, which the identifier gives away."""
    return text.swapcase() if text[:3] in _INVERTED else text


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
