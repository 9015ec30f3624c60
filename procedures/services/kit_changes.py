"""Another kit than the one that was scanned: both stay on record, by lot and serial."""

from core.refusal import Refused
from procedures.domain.kits import Kit
from procedures.domain.reason import GuardReason
from procedures.models import KitUse, Processing
from procedures.services import kits
from procedures.services.context import Context


def named(context: Context, old: Processing, text: str) -> Kit | Refused | None:
    """The kit that was really used; None where it is the one on record."""
    try:
        kit = kits.read(text)
    except kits.Unreadable as unreadable:
        return context.refuse(GuardReason("kit-unreadable", str(unreadable)))
    was = old.kit
    if (kit.gtin, kit.serial, kit.lot, kit.expires_on) == (
        was.gtin,
        was.serial,
        was.lot,
        was.expires_on,
    ):
        return None
    if kit.serial and (kit.gtin, kit.serial) == (was.gtin, was.serial):
        return kit  # the same box, its lot or expiry read wrongly
    return kits.why_not(context, kit, old.start_at) or kit


def use_instead(context: Context, old: Processing, kit: Kit) -> KitUse:
    """Use `kit` up; the one named before is free again only if nobody opened it.

    A box that was opened stays used up, whoever it was meant for.
    """
    was = old.kit
    same_box = bool(kit.serial) and (kit.gtin, kit.serial) == (was.gtin, was.serial)
    links = {}
    if same_box or context.data["kit_unused"]:
        KitUse.objects.filter(pk=was.pk, superseded_at=None).update(
            superseded_at=context.now
        )
        links = {"corrects": was, "correction_reason": context.data["reason"]}
    context.payload |= {"kit_before": was.pk, "kit_unused": bool(links)}
    return kits.use(context, kit, old.start_at, **links)
