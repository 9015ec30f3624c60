"""Another kit than the one that was scanned: both stay on record, by lot and serial."""

from collections.abc import Mapping
from typing import Any

from core.refusal import Refused
from procedures.context import Context
from procedures.corrections import second_looks
from procedures.facts.reason import GuardReason
from procedures.fields.schema import FieldError, InvalidData
from procedures.models import KitUse, Processing
from procedures.products import kit_use
from procedures.products.kits import Kit
from procedures.records import current_rows

ONLY_ANOTHER = FieldError("/kit_unused", "is for another kit than the one on record")


def named(
    context: Context, old: Processing, data: Mapping[str, Any]
) -> Kit | Refused | None:
    """The kit that was really used; None where it is the one on record.

    Raises InvalidData where the one before is said to be unopened and is the same.
    """
    by_hand = any(data[name] for name in kit_use.TYPED)
    try:
        kit = _read(context, old, data, by_hand=by_hand)
    except kit_use.Unreadable as unreadable:
        return context.refuse(GuardReason("kit-unreadable", str(unreadable)))
    was = old.kit
    told = (was.gtin, was.serial, was.lot, was.expires_on)
    if (kit.gtin, kit.serial, kit.lot, kit.expires_on) == told:
        if context.data["kit_unused"]:
            raise InvalidData([ONLY_ANOTHER])
        return None
    refused = _given_back_alone(context) or (
        kit_use.alone(context) if by_hand else None
    )
    if refused:
        return refused
    if _is_same_box(kit, was):
        return _used_out_of_date(context, old, kit) or kit
    if _of_this_episode(context, kit):
        return kit
    return kit_use.why_not(context, kit, old.start_at) or kit


def _read(
    context: Context, old: Processing, data: Mapping[str, Any], *, by_hand: bool
) -> Kit:
    """The kit as the act itself would read it. Raises Unreadable."""
    today = old.start_at.astimezone(context.facts.day.zone).date()
    if by_hand:
        return kit_use.typed(data, today)
    two = context.second_person is not None
    return kit_use.read(data["kit_udi"], today, confirmed=two)


def _used_out_of_date(context: Context, old: Processing, kit: Kit) -> Refused | None:
    """Refused if the box on record had expired; a clinician looks at the product.

    No record is made of it, as an expired kit is never used up by one; it was used
    all the same, so that somebody has to know.
    """
    refused = kit_use.expired(context, kit, old.start_at)
    if refused:
        second_looks.at_the_kit(context, old)
    return refused


def _given_back_alone(context: Context) -> Refused | None:
    """Nobody gives a kit free for another patient on their own word."""
    if not context.data["kit_unused"] or context.second_person is not None:
        return None
    return context.refuse(
        GuardReason(
            "kit-unused-alone",
            "Two people look at a kit that is to be used for somebody else.",
            "A colleague sees that it is unopened, and proves to be present",
        )
    )


def _is_same_box(kit: Kit, was: KitUse) -> bool:
    """The serial number is the same: its lot or expiry was read wrongly."""
    return bool(kit.serial) and (kit.gtin, kit.serial) == (was.gtin, was.serial)


def _of_this_episode(context: Context, kit: Kit) -> KitUse | None:
    """The kit, if it was opened for this very product and put aside by a correction."""
    rows = current_rows(KitUse.objects).filter(episode=context.episode)
    rows = rows.filter(gtin=kit.gtin, serial=kit.serial).exclude(serial="")
    return rows.first()


def use_instead(context: Context, old: Processing, kit: Kit) -> KitUse:
    """Use `kit` up; the one named before is free again only if nobody opened it.

    A box that was opened stays used up, whoever it was meant for.
    """
    was, links = old.kit, {}
    if not _is_same_box(kit, was) and (opened := _of_this_episode(context, kit)):
        return opened
    if _is_same_box(kit, was) or context.data["kit_unused"]:
        current_rows(KitUse.objects).filter(pk=was.pk).update(superseded_at=context.now)
        links = {"corrects": was, "correction_reason": context.data["reason"]}
    context.payload |= {"kit_before": was.pk, "kit_unused": bool(links)}
    return kit_use.use(context, kit, old.start_at, **links)
