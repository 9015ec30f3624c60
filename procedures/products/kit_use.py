"""Using a kit up: whether it may be, and the row that says it was."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr

from core.refusal import Refused
from procedures.context import Context
from procedures.facts.reason import GuardReason
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import KitUse
from procedures.products import gs1, kits
from procedures.products.kit_codes import Unreadable, read
from procedures.products.kits import Kit
from procedures.records import current_rows

__all__ = [
    "TYPED",
    "Unreadable",
    "alone",
    "expired",
    "of_answers",
    "read",
    "typed",
    "use",
    "why_not",
]

TYPED = ("kit_gtin", "kit_lot", "kit_serial", "kit_expires_on")


def of_answers(context: Context, data: Mapping[str, Any]) -> Kit | Refused:
    """The kit that was scanned, or typed by two people where nothing can be read.

    Raises InvalidData where neither was given.
    """
    today = context.occurred_at.astimezone(context.facts.day.zone).date()
    by_hand = any(data[name] for name in TYPED)
    if not (by_hand or data["kit_udi"]):
        raise InvalidData([FieldError("/kit_udi", "is required")])
    try:
        kit = typed(data, today) if by_hand else _scanned(context, today, data)
    except Unreadable as unreadable:
        return context.refuse(GuardReason("kit-unreadable", str(unreadable)))
    if not by_hand:
        return kit
    return alone(context) or kit


def alone(context: Context) -> Refused | None:
    """Refused unless two people have read the label that was typed."""
    if context.second_person is None:
        return context.refuse(
            GuardReason(
                "second-person-missing",
                "Typing a kit's label instead of scanning needs a second person.",
                "A colleague reads the label, too, and proves to be present",
            )
        )
    context.payload["kit"] = "typed"
    return None


def _scanned(context: Context, today: date, data: Mapping[str, Any]) -> Kit:
    """Raises Unreadable."""
    two = context.second_person is not None
    return read(data["kit_udi"], today, confirmed=two)


def typed(data: Mapping[str, Any], today: date) -> Kit:
    """The kit of the typed fields. Raises Unreadable."""
    if data["kit_udi"]:
        raise Unreadable("Give the barcode or the typed fields, not both.")
    lot, serial, expires_on = (data[name] for name in TYPED[1:])
    if not (lot or serial):
        raise Unreadable("Type the lot or the serial number.")
    if expires_on is None:
        raise Unreadable("Type the expiry date.")
    if kits.is_too_far(expires_on, today):
        raise Unreadable(f"The year {expires_on.year} is too far ahead; check it.")
    if not all(kits.is_printed(text) for text in (lot, serial) if text):
        raise Unreadable("Lot and serial have at most 20 letters, digits and signs.")
    gtin = data["kit_gtin"].replace(" ", "").zfill(14) if data["kit_gtin"] else ""
    if gtin and not gs1.has_check_digit(gtin):
        raise Unreadable("The check digit of the item number is wrong.")
    return Kit(gtin, expires_on, lot, serial, is_typed=True)


def why_not(context: Context, kit: Kit, opened_at: datetime) -> Refused | None:
    """Refused if the kit is out of date or was used before."""
    if refused := expired(context, kit, opened_at):
        return refused
    if kit.is_lot_only:
        return _lot_used_before(context, kit)
    if not _same_item(kit).filter(serial__iexact=kit.serial).exists():
        return None
    return context.refuse(
        GuardReason("kit-used", "This kit has been used before.", "A new kit is opened")
    )


def expired(context: Context, kit: Kit, opened_at: datetime) -> Refused | None:
    """Refused if the kit was out of date on the day it was opened."""
    opened_on = opened_at.astimezone(context.facts.day.zone).date()
    if not kits.is_expired(kit.expires_on, opened_on):
        return None
    text = f"The kit expired on {kit.expires_on.isoformat()}."
    return context.refuse(
        GuardReason("kit-expired", text, "A kit that is in date is used")
    )


def _same_item(kit: Kit) -> QuerySet[KitUse]:
    """Uses of this item, whichever of its packages was scanned.

    The first digit of a GTIN counts packages, the last checks. A kit typed without
    its number may be any item.
    """
    rows = current_rows(KitUse.objects).annotate(item=Substr("gtin", 2, 12))
    if not kit.gtin:
        return rows.filter(expires_on=kit.expires_on)
    same_day_unnamed = Q(gtin="", expires_on=kit.expires_on)
    return rows.filter(Q(item=kit.gtin[1:13]) | same_day_unnamed)


def _lot_used_before(context: Context, kit: Kit) -> Refused | None:
    """A kit without a serial number cannot be told from its siblings."""
    if not _same_item(kit).filter(lot__iexact=kit.lot).exists():
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
    second = context.second_person
    return KitUse.objects.create(
        is_typed=kit.is_typed,
        second_person_id=second.user_id if second else None,
        gtin=kit.gtin,
        serial=kit.serial,
        lot=kit.lot,
        expires_on=kit.expires_on,
        used_on=opened_at.astimezone(context.facts.day.zone).date(),
        **context.record_fields(),
        **more,
    )
