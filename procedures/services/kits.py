"""Reading a kit's GS1 barcode, and using the kit up."""

from datetime import datetime
from typing import Any

from biip import ParseError
from biip.gs1_messages import GS1Message

from core.refusal import Refused
from procedures.domain import kits
from procedures.domain.kits import Kit
from procedures.domain.reason import GuardReason
from procedures.models import KitUse
from procedures.services.context import Context

GTIN, EXPIRY, LOT, SERIAL = "01", "17", "10", "21"


class Unreadable(Exception):
    """The text is no GS1 element string of a kit; the message says what is wrong."""


def read(text: str) -> Kit:
    """The kit of a scanned GS1 string, or of one typed with its brackets.

    Day 00 of an expiry means the last day of that month. Raises Unreadable.
    """
    message = _message(text.strip())
    found = {element.ai.ai: element for element in message.element_strings}
    if GTIN not in found or found[GTIN].gtin is None:
        raise Unreadable("The item number (01) is missing or its check digit is wrong.")
    expires_on = kits.expiry(found[EXPIRY].value) if EXPIRY in found else None
    if expires_on is None:
        raise Unreadable("The expiry date (17) is missing or wrong.")
    lot = found[LOT].value if LOT in found else ""
    serial = found[SERIAL].value if SERIAL in found else ""
    if not lot and not serial:
        raise Unreadable("The lot (10) or the serial number (21) is missing.")
    return Kit(found[GTIN].value, expires_on, lot, serial)


def _message(text: str) -> GS1Message:
    # Scanners announce GS1 by a symbology identifier such as ]d2 or ]C1.
    if text.startswith("]"):
        text = text[3:]
    try:
        if text.startswith("("):
            return GS1Message.parse_hri(text)
        return GS1Message.parse(text)
    except ParseError:
        raise Unreadable("That is no GS1 barcode.") from None


def why_not(context: Context, kit: Kit, opened_at: datetime) -> Refused | None:
    """Refused if the kit is out of date or was used before."""
    opened_on = opened_at.astimezone(context.facts.day.zone).date()
    if kits.is_expired(kit.expires_on, opened_on):
        text = f"The kit expired on {kit.expires_on.isoformat()}."
        return context.refuse(
            GuardReason("kit-expired", text, "A kit that is in date is used")
        )
    if kit.is_lot_only:
        return _lot_used_before(context, kit)
    used = KitUse.objects.filter(
        gtin=kit.gtin, serial=kit.serial, superseded_at=None
    ).exists()
    if not used:
        return None
    return context.refuse(
        GuardReason("kit-used", "This kit has been used before.", "A new kit is opened")
    )


def _lot_used_before(context: Context, kit: Kit) -> Refused | None:
    """A kit without a serial number cannot be told from its siblings."""
    used = KitUse.objects.filter(gtin=kit.gtin, lot=kit.lot, superseded_at=None)
    if not used.exists():
        return None
    context.payload["unusual_kit"] = "lot used before"
    if context.second_person is not None:
        return None
    return context.refuse(
        GuardReason(
            "kit-lot-used",
            "A kit of this lot was used before, and it has no serial number.",
            "A second person confirms that this one is unused",
        )
    )


def use(context: Context, kit: Kit, opened_at: datetime, **more: Any) -> KitUse:
    """The kit is used up; `more` are the columns of a correction."""
    return KitUse.objects.create(
        gtin=kit.gtin,
        serial=kit.serial,
        lot=kit.lot,
        expires_on=kit.expires_on,
        used_on=opened_at.astimezone(context.facts.day.zone).date(),
        **context.record_fields(),
        **more,
    )
