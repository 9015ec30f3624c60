"""What a kit's barcode says, and whether the kit may be used."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit as its label names it; a kit without a serial is known by its lot only."""

    gtin: str
    expires_on: date
    lot: str = ""
    serial: str = ""

    @property
    def is_lot_only(self) -> bool:
        return not self.serial


def is_expired(expires_on: date, today: date) -> bool:
    """`today` is the clinic's; a kit may still be used on its expiry date."""
    return today > expires_on


def expiry(text: str) -> date | None:
    """A GS1 expiry YYMMDD; day 00 means the last day of that month. None if wrong."""
    if len(text) != 6 or not text.isdigit():
        return None
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    try:
        if day:
            return date(year, month, day)
        following = date(year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)
    except ValueError:
        return None
