"""Kits: what their barcodes say, and the reasons not to use one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# GS1's invariant characters, as labels print them; nothing longer than 20.
_PRINTED = re.compile(r"[!-\"%-?A-Z_a-z]{1,20}")
# A two-digit year is taken within this many years of today.
YEARS_AHEAD = 50
# No kit is made to last so long.
LONGEST_LIFE_YEARS = 15


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit as its label names it; a kit without a serial is known by its lot only.

    `gtin` is empty for a kit typed by hand whose label has none; how a kit was read
    makes it no other one.
    """

    gtin: str
    expires_on: date
    lot: str = ""
    serial: str = ""
    is_typed: bool = field(default=False, compare=False)

    @property
    def is_lot_only(self) -> bool:
        return not self.serial


def in_words(kit: Kit) -> str:
    """The kit in words, as it is shown before signing."""
    parts: Mapping[str, str] = {
        "item": kit.gtin,
        "lot": kit.lot,
        "serial": kit.serial,
        "expires": kit.expires_on.isoformat(),
    }
    return ", ".join(f"{name} {value or 'none'}" for name, value in parts.items())


def is_expired(expires_on: date, today: date) -> bool:
    """`today` is the clinic's; a kit may still be used on its expiry date."""
    return today > expires_on


def is_printed(text: str) -> bool:
    """True if it can be a lot or a serial number."""
    return bool(_PRINTED.fullmatch(text))


def expiry(text: str, today: date | None = None) -> date | None:
    """A GS1 expiry YYMMDD; day 00 means the last day of that month. None if wrong.

    The century is that which is nearest to `today`, as GS1 has it.
    """
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        return None
    year, month, day = _year(int(text[:2]), today), int(text[2:4]), int(text[4:])
    try:
        if day:
            return date(year, month, day)
        following = date(year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)
    except ValueError:
        return None


def _year(two_digits: int, today: date | None) -> int:
    if today is None:
        return 2000 + two_digits
    year = today.year - today.year % 100 + two_digits
    if year - today.year > YEARS_AHEAD:
        return year - 100
    return year + 100 if today.year - year >= YEARS_AHEAD else year


def is_too_far(expires_on: date, today: date) -> bool:
    """True if no kit is dated so far ahead: a misread or mistyped year."""
    return expires_on.year - today.year > LONGEST_LIFE_YEARS
